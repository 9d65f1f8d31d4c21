"""The affine map."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .workspace import Backprop


class Linear:
    """X (..., D) → X W + b (..., H), with W (D, H), and b (H,) or None."""

    def __init__(self, W: Param, b: Param | None = None):
        self.W, self.b = W, b
        self.params = [W] if b is None else [W, b]

    def forward(self, X, state, ctx):
        W = self.W.value
        if ctx.cached:
            Y = X @ W
            return Y if self.b is None else np.add(Y, self.b.value, out=Y), state, None
        D, H = W.shape
        rows = X.reshape(-1, D)
        Y = np.matmul(rows, W, out=ctx.workspace.take((len(rows), H), W.dtype))
        if self.b is not None:
            Y += self.b.value

        def back(dY, dstate=None):
            drows = dY.reshape(-1, H)
            self.W.add_product(rows.T, drows, ctx.workspace)
            if self.b is not None:
                self.b.add(drows.sum(axis=0))
            dX = np.matmul(drows, W.T, out=ctx.workspace.take((len(rows), D), W.dtype))
            return dX.reshape(X.shape), dstate

        return Y.reshape(*X.shape[:-1], H), state, Backprop(back)
