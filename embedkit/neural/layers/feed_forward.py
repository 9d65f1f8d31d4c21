"""The feed-forward part of a Transformer's block: two products, an activation between them."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .linear import Linear
from .workspace import Backprop


class FeedForward:
    """X (..., D) → f(X W + b) W' + b', with W (D, F) and W' (F, D); biases may be None.

    activation : "relu", "gelu" (with the exact normal distribution), or "swiglu" (Shazeer 2020): then W is (D, 2F), and
        the first F columns gate the others.
    """

    def __init__(self, W: Param, b: Param | None, W_out: Param, b_out: Param | None, activation: str = "gelu"):
        self.W, self.b, self.out, self.activation = W, b, Linear(W_out, b_out), activation
        self.params = [W, *([] if b is None else [b]), *self.out.params]

    def forward(self, X, state, ctx):
        W, take = self.W.value, ctx.workspace.take
        (D, width), F, dtype = W.shape, self.out.W.value.shape[0], W.dtype
        rows, cells = X.reshape(-1, D), ctx.workspace.cells(dtype)
        Z, H = np.matmul(rows, W, out=take((len(rows), width), dtype)), take((len(rows), F), dtype)
        cells.activate(self.activation, Z, None if self.b is None else self.b.value, H)
        Y, _, back_out = self.out.forward(H, None, ctx)

        def back(dY, dstate=None):
            dH = back_out(dY.reshape(-1, D))[0]
            dZ = dH if width == F else take((len(rows), width), dtype)
            db = take((width,), dtype)
            cells.activate_back(self.activation, Z, dH, dZ, db)
            self.W.add_product(rows.T, dZ, ctx.workspace)
            if self.b is not None:
                self.b.add(db)
            return np.matmul(dZ, W.T, out=take((len(rows), D), dtype)).reshape(X.shape), dstate

        return Y.reshape(X.shape), state, Backprop(back)
