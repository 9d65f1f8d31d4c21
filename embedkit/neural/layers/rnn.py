"""The simple recurrent layer (Elman 1990)."""

from __future__ import annotations

from ...training.param import Param
from .recurrent import Recurrent


class RNN(Recurrent):
    """h' = f(x Wx + h Wh + b), f being "tanh" or "relu"; the state is h (B, H)."""

    def __init__(self, Wx: Param, Wh: Param, b: Param, activation: str = "tanh"):
        super().__init__(Wx, Wh, b)
        self.activation = activation

    def _step(self, cells, gates, product, hidden, kept, t):
        cells.rnn_step(gates, product, self.b.value, hidden, self.activation == "relu", t)

    def _line(self, cells, gates, product, hidden, kept):
        cells.rnn_line(gates, self.Wh.value, product, self.b.value, hidden, self.activation == "relu")

    def _back(self, cells, gates, dproduct, hidden, kept, dh, dcarry, t):
        cells.rnn_back(gates, hidden, dh, self.activation == "relu", t)
