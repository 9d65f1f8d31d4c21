"""Dropout (Srivastava et al. 2014), and with one mask for all steps of a sequence (Gal & Ghahramani 2016)."""

from __future__ import annotations

import numpy as np

from .workspace import Backprop


def keep_mask(ctx, shape: tuple[int, ...], rate: float, dtype) -> np.ndarray:
    """0 with chance `rate`, else 1 / (1 - rate)."""
    draws = ctx.rng.random(out=ctx.workspace.take(shape, np.float32), dtype=np.float32)
    return np.multiply(draws >= rate, dtype.type(1 / (1 - rate)), out=ctx.workspace.take(shape, dtype))


class Dropout:
    """X with entries zero with chance `rate`, the others growing by 1 / (1 - rate); X itself in evaluation.

    `variational`: what is dropped in a sequence (axis 1) is dropped in each of its steps (axis 0).
    """

    def __init__(self, rate: float, variational: bool = False):
        self.rate, self.variational, self.params = rate, variational, []

    def forward(self, X, state, ctx):
        if ctx.cached:
            return X, state, None
        if not (ctx.training and self.rate):
            return X, state, Backprop(lambda dY, dstate=None: (dY, dstate))
        shape = (1, *X.shape[1:]) if self.variational else X.shape
        masks = ctx.kept_masks if self.variational and ctx.kept_masks is not None else {}
        if (kept := masks.get(self)) is None:
            kept = masks[self] = keep_mask(ctx, shape, self.rate, X.dtype)
        Y = np.multiply(X, kept, out=ctx.workspace.take(X.shape, X.dtype))

        def back(dY, dstate=None):
            return np.multiply(dY, kept, out=ctx.workspace.take(dY.shape, dY.dtype)), dstate

        return Y, state, Backprop(back)
