"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gates by Gers et al. 2000)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .embedding import Lookup
from .recurrent import Recurrent
from .workspace import Backprop


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

    def takes_lookup(self, X: Lookup, ctx) -> bool:
        """True if `forward` can do with a lookup, and better."""
        (_, B), cells = X.ids.shape, ctx.workspace.cells(X.dtype)
        return self._is_one_pass(cells, B, ctx) and len(X.table.value) <= X.ids.size

    def forward(self, X, state, ctx):
        return (self._forward_lookup if isinstance(X, Lookup) else super().forward)(X, state, ctx)

    def _forward_lookup(self, X, state, ctx):
        """`forward` whose `backprop` adds to the gradient of the table itself, and gives None for that of X."""
        (T, B), table, Wx, workspace = X.ids.shape, X.table.value, self.Wx.value, ctx.workspace
        H, take, cells = len(self.Wh.value), workspace.take, workspace.cells(X.dtype)
        inputs = np.matmul(table, Wx, out=take((len(table), 4 * H), X.dtype))
        hidden, (h, c) = take((T + 1, B, H), X.dtype), self._parts(state)
        hidden[0] = 0 if h is None else h
        kept, packed = self._begin(c, T, B, H, X.dtype, workspace), self._packed(cells, ctx)

        def steps():
            gates = take((T, B, 4 * H), X.dtype)
            cells.lstm_pass(inputs, X.ids, gates, packed, self.b.value, kept, hidden, ctx.mask)
            return gates

        gates = None
        if ctx.gradients:
            gates = steps()
        else:
            cells.lstm_pass(inputs, X.ids, None, packed, self.b.value, kept, hidden, ctx.mask)

        def back(dY, dstate=None):
            dgates, (dh, dc) = steps() if gates is None else gates, (workspace.zeros((B, H), X.dtype) for _ in "hc")
            for array, last in zip((dh, dc), self._parts(dstate)):
                if last is not None:
                    array[...] = last
            cells.lstm_pass_back(dgates, self.Wh.value, kept, dY, dh, dc, ctx.mask, workspace)
            self.Wh.add_product(hidden[:-1].reshape(T * B, H).T, dgates.reshape(T * B, 4 * H), workspace)
            dinputs = workspace.zeros(inputs.shape, X.dtype)
            cells.add_rows(dgates, X.ids, dinputs)
            self.Wx.add_product(table.T, dinputs, workspace)
            self.b.add(dinputs.sum(axis=0))
            X.table.add_product(dinputs, Wx.T, workspace)
            return None, (dh.copy(), dc.copy())

        return hidden[1:], self._state(hidden[T].copy(), kept), Backprop(back)

    def _forward_steps(self, cells, gates, product, hidden, kept, ctx):
        if self._is_one_pass(cells, gates.shape[1], ctx):
            cells.lstm_pass(gates, None, gates, self._packed(cells, ctx), self.b.value, kept, hidden, ctx.mask)
        else:
            super()._forward_steps(cells, gates, product, hidden, kept, ctx)

    def _backward_steps(self, cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx):
        if self._is_one_pass(cells, gates.shape[1], ctx):
            cells.lstm_pass_back(gates, self.Wh.value, kept, dY, dh, dcarry, ctx.mask, ctx.workspace)
        else:
            super()._backward_steps(cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx)

    def _is_one_pass(self, cells, B: int, ctx) -> bool:
        return self.peephole is None and ctx.hidden_grad_norms is None and cells.takes_pass(B, self.Wh.value)

    def _packed(self, cells, ctx) -> np.ndarray:
        if ctx.packed is None:
            return cells.lstm_packed(self.Wh.value, ctx.workspace)
        if self not in ctx.packed:
            ctx.packed[self] = cells.lstm_packed(self.Wh.value, ctx.workspace)
        return ctx.packed[self]

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
