"""Activation regularization (Merity et al. 2017, "Revisiting activation regularization")."""

from __future__ import annotations

import numpy as np

from ..layers.workspace import Backprop


class ActivationPenalty:
    """`ar` · mean(X²), activation regularization, plus `tar` · mean((X[t + 1] - X[t])²), temporal activation
    regularization.

    AWD-LSTM takes AR of the outputs after dropout and TAR of those before: two penalties, each with one of the two.
    There are no targets; in evaluation the penalty is 0.
    """

    def __init__(self, ar: float = 0.0, tar: float = 0.0):
        self.ar, self.tar, self.params = ar, tar, []

    def forward(self, X, targets, ctx):
        """X (T, B, H) → the penalty (float), backprop."""
        ar, tar = (self.ar, self.tar) if ctx.training else (0.0, 0.0)
        seen, jumps = X, X[1:] - X[:-1] if tar else X[:0]
        size, pairs = X.size, jumps.size
        if ctx.mask is not None:
            both = ctx.mask[1:] & ctx.mask[:-1]
            seen, size = X * ctx.mask[..., None], int(ctx.mask.sum()) * X.shape[2]
            jumps, pairs = (jumps * both[..., None], int(both.sum()) * X.shape[2]) if tar else (jumps, 0)
        cost = ar * float(np.square(seen).sum()) / max(size, 1) if ar else 0.0
        if pairs:
            cost += tar * float(np.square(jumps).sum()) / pairs

        def back(scale=1.0):
            dX = np.multiply(seen, 2 * scale * ar / max(size, 1), out=ctx.workspace.take(X.shape, X.dtype))
            if pairs:
                pull = jumps * (2 * scale * tar / pairs)
                dX[1:] += pull
                dX[:-1] -= pull
            return dX

        return cost, Backprop(back)
