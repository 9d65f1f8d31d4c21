"""Layer normalization (Ba et al. 2016), and by the root mean square alone (Zhang & Sennrich 2019)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .heads.plain import EPSILON
from .workspace import Backprop


class LayerNorm:
    """Each vector of X (..., D) with mean 0 and variance 1, times `gain` (D,), plus `bias` (D,), which may be None."""

    centered = True

    def __init__(self, gain: Param, bias: Param | None = None):
        self.gain, self.bias = gain, bias
        self.params = [gain] if bias is None else [gain, bias]

    def forward(self, X, state, ctx):
        if ctx.cached:
            return self._of_few(X), state, None
        D, take, dtype = X.shape[-1], ctx.workspace.take, X.dtype
        rows, cells = X.reshape(-1, D), ctx.workspace.cells(dtype)
        stats, Y = take((len(rows), 2), dtype), take(X.shape, dtype)
        bias = None
        if self.centered:
            bias = np.zeros(D, dtype) if self.bias is None else self.bias.value
        cells.norm(rows, self.gain.value, bias, Y.reshape(-1, D), stats)

        def back(dY, dstate=None):
            dX, dgain, dbias = take(X.shape, dtype), take((D,), dtype), take((D,), dtype) if self.centered else None
            cells.norm_back(dY.reshape(-1, D), rows, self.gain.value, stats, dX.reshape(-1, D), dgain, dbias)
            self.gain.add(dgain)
            if self.bias is not None:
                self.bias.add(dbias)
            return dX, dstate

        return Y, state, Backprop(back)

    def _of_few(self, X):
        """Y of a few vectors, without buffers for a way back."""
        D, normal = X.shape[-1], X
        if self.centered:
            normal = X - np.add.reduce(X, axis=-1, keepdims=True) / D
        Y = normal * (1 / np.sqrt(np.add.reduce(normal * normal, axis=-1, keepdims=True) / D + EPSILON))
        Y *= self.gain.value
        if self.bias is not None:
            Y += self.bias.value
        return Y


class RMSNorm(LayerNorm):
    """Each vector of X (..., D) divided by the root of its mean square, times `gain` (D,)."""

    centered = False

    def __init__(self, gain: Param):
        super().__init__(gain)
