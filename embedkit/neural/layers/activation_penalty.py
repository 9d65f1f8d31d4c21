"""Penalties on the outputs of the last recurrent layer (Merity et al. 2017, "Revisiting activation regularization")."""

from __future__ import annotations

import numpy as np

from .workspace import Backprop


class ActivationPenalty:
    """`large` · mean(Y²), what AWD-LSTM calls AR, and `sudden` · mean((Y[t + 1] - Y[t])²), which it calls TAR.

    There AR is taken of the output after dropout and TAR of the one before: two layers, each with one of the two.
    In evaluation there is no penalty.
    """

    def __init__(self, large: float = 0.0, sudden: float = 0.0):
        self.large, self.sudden = large, sudden
        self.params = []

    def forward(self, X, state, rng, workspace):
        """X (T, B, H) → the penalty (float), state, backprop; `backprop(scale)` gives (dX, dstate), to be added."""
        large, sudden = (0.0, 0.0) if rng is None else (self.large, self.sudden)
        jumps = X[1:] - X[:-1] if sudden else X[:0]
        cost = large * float(np.square(X).mean()) if large else 0.0
        if jumps.size:
            cost += sudden * float(np.square(jumps).mean())

        def back(scale=1.0, dstate=None):
            dX = np.multiply(X, 2 * scale * large / X.size, out=workspace.take(X.shape, X.dtype))
            if jumps.size:
                pull = jumps * (2 * scale * sudden / jumps.size)
                dX[1:] += pull
                dX[:-1] -= pull
            return dX, dstate

        return cost, state, Backprop(back)
