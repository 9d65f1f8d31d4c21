"""Layer normalization (Ba et al. 2016), and by the root mean square alone (Zhang & Sennrich 2019)."""

from __future__ import annotations

from ...training.param import Param
from .workspace import Backprop


class LayerNorm:
    """Each vector of X (..., D) with mean 0 and variance 1, times `gain` (D,), plus `bias` (D,)."""

    def __init__(self, gain: Param, bias: Param | None):
        self.gain, self.bias = gain, bias
        self.params = [gain] if bias is None else [gain, bias]

    def forward(self, X, state, ctx):
        D, take, dtype = X.shape[-1], ctx.workspace.take, X.dtype
        rows, cells = X.reshape(-1, D), ctx.workspace.cells(dtype)
        stats, Y = take((len(rows), 2), dtype), take(X.shape, dtype)
        bias = None if self.bias is None else self.bias.value
        cells.norm(rows, self.gain.value, bias, Y.reshape(-1, D), stats)

        def back(dY, dstate=None):
            dX, sums = take(X.shape, dtype), [take((D,), dtype) for _ in self.params]
            cells.norm_back(
                dY.reshape(-1, D), rows, self.gain.value, stats, dX.reshape(-1, D), *sums, *[None] * (2 - len(sums))
            )
            for param, total in zip(self.params, sums):
                param.add(total)
            return dX, dstate

        return Y, state, Backprop(back)


class RMSNorm(LayerNorm):
    """Each vector of X (..., D) divided by the root of its mean square, times `gain` (D,)."""

    def __init__(self, gain: Param):
        super().__init__(gain, None)
