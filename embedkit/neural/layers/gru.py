"""The gated recurrent unit (Cho et al. 2014), with the reset gate after the product, as in PyTorch and cuDNN."""

from __future__ import annotations

from ...training.param import Param
from .recurrent import Recurrent


class GRU(Recurrent):
    """Gates in the order reset, update, candidate (PyTorch's), of a = x Wx + b and p = h Wh:

    n = tanh(a_n + σ(a_r + p_r) (p_n + c)),  h' = z h + (1 - z) n  with z = σ(a_z + p_z).  The state is h (B, H).

    c (H,) is the bias inside the reset gate; the other gates need no second one.
    """

    GATES = 3
    SPLITS = True

    def __init__(self, Wx: Param, Wh: Param, b: Param, c: Param):
        super().__init__(Wx, Wh, b)
        self.c = c
        self.params.append(c)

    def _begin(self, c, T, B, H, dtype, workspace):
        return workspace.take((T, B, H), dtype)

    def _step(self, cells, gates, product, hidden, kept, t):
        cells.gru_step(gates, product, self.b.value, kept, hidden, self.c.value, t)

    def _line(self, cells, gates, product, hidden, kept):
        cells.gru_line(gates, self.Wh.value, product, self.b.value, kept, hidden, self.c.value)

    def _back(self, cells, gates, dproduct, hidden, kept, dh, dcarry, t):
        cells.gru_back(gates, kept, hidden, dproduct, dh, dcarry, t)

    def _end(self, gates, dproduct, kept):
        self.c.add(dproduct[..., 2 * self.Wh.value.shape[0] :].sum(axis=(0, 1)))
