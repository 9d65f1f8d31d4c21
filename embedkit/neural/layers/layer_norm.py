"""Layer normalisation (Ba et al. 2016)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .workspace import Backprop

EPSILON = 1e-5  # added to the variance


class LayerNorm:
    """Each vector of X (..., D) with mean 0 and variance 1, times `gain` (D,), plus `bias` (D,)."""

    def __init__(self, gain: Param, bias: Param):
        self.gain, self.bias, self.params = gain, bias, [gain, bias]

    def forward(self, X, state, ctx):
        normal = np.subtract(X, X.mean(axis=-1, keepdims=True), out=ctx.workspace.take(X.shape, X.dtype))
        scale = 1 / np.sqrt(np.square(normal).mean(axis=-1, keepdims=True) + EPSILON)
        normal *= scale
        Y = np.multiply(normal, self.gain.value, out=ctx.workspace.take(X.shape, X.dtype))
        Y += self.bias.value

        def back(dY, dstate=None):
            before = tuple(range(dY.ndim - 1))
            self.gain.add((dY * normal).sum(axis=before))
            self.bias.add(dY.sum(axis=before))
            dX = np.multiply(dY, self.gain.value, out=ctx.workspace.take(dY.shape, dY.dtype))
            slope = (dX * normal).mean(axis=-1, keepdims=True)
            dX -= dX.mean(axis=-1, keepdims=True)
            dX -= normal * slope
            dX *= scale
            return dX, dstate

        return Y, state, Backprop(back)
