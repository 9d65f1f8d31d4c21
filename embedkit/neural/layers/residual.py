"""A way around a layer (He et al. 2016)."""

from __future__ import annotations

import numpy as np

from .workspace import Backprop


class Residual:
    """X → X + layer(X), for a layer whose Y has the shape of X."""

    def __init__(self, layer):
        self.layer, self.params = layer, layer.params

    def forward(self, X, state, ctx):
        Y, state, backprop = self.layer.forward(X, state, ctx)
        if ctx.cached:
            return X + Y, state, None

        def back(dY, dstate=None):
            dX, dstate = backprop(dY, dstate)
            return np.add(dX, dY, out=ctx.workspace.take(dY.shape, dY.dtype)), dstate

        return np.add(X, Y, out=ctx.workspace.take(X.shape, X.dtype)), state, Backprop(back)
