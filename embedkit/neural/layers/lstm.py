"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gates by Gers et al. 2000)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .recurrent import Recurrent


class LSTM(Recurrent):
    """Gates in the order input, forget, candidate, output (PyTorch's), of a = x Wx + h Wh + b:

    c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c').  The state is (h, c), each (B, H).

    `peephole` (3, H): diagonal weights by which i and f also see c, and o sees c' (Gers & Schmidhuber 2000).
    """

    GATES = 4

    def __init__(self, Wx: Param, Wh: Param, b: Param, peephole: Param | None = None):
        super().__init__(Wx, Wh, b)
        self.peephole = peephole
        self.params += [] if peephole is None else [peephole]

    def _parts(self, state):
        return (None, None) if state is None else state

    def _state(self, h, kept):
        return h, kept[-1].copy()

    def _begin(self, c, T, B, H, dtype, workspace):
        kept = workspace.take((T + 1, B, H), dtype)
        kept[0] = 0 if c is None else c
        return kept

    def _forward_steps(self, cells, gates, product, hidden, kept, mask, workspace):
        if self._is_one_pass(cells, gates):
            cells.lstm_pass(gates, self.Wh.value, self.b.value, kept, hidden, mask, workspace)
        else:
            super()._forward_steps(cells, gates, product, hidden, kept, mask, workspace)

    def _backward_steps(self, cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx):
        if self._is_one_pass(cells, gates) and ctx.hidden_grad_norms is None:
            cells.lstm_pass_back(gates, self.Wh.value, kept, dY, dh, dcarry, ctx.mask, ctx.workspace)
        else:
            super()._backward_steps(cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx)

    def _is_one_pass(self, cells, gates) -> bool:
        return self.peephole is None and cells.takes_pass(gates.shape[1], self.Wh.value)

    def _step(self, cells, gates, product, hidden, kept, t):
        cells.lstm_step(gates, product, self.b.value, kept, hidden, self._peephole, t)

    def _line(self, cells, gates, product, hidden, kept):
        cells.lstm_line(gates, self.Wh.value, product, self.b.value, kept, hidden, self._peephole)

    def _hold(self, hidden, kept, t, padding):
        super()._hold(hidden, kept, t, padding)
        kept[t + 1, padding] = kept[t, padding]

    def _back(self, cells, gates, dproduct, hidden, kept, dh, dcarry, t):
        cells.lstm_back(gates, kept, dh, dcarry, self._peephole, t)

    @property
    def _peephole(self) -> np.ndarray | None:
        return None if self.peephole is None else self.peephole.value

    def _end(self, gates, dproduct, kept):
        if self.peephole is not None:
            H, c = self.Wh.value.shape[0], kept
            pairs = (gates[..., :H], c[:-1]), (gates[..., H : 2 * H], c[:-1]), (gates[..., 3 * H :], c[1:])
            self.peephole.add(np.stack([np.einsum("tbh,tbh->h", d, cell) for d, cell in pairs]))
