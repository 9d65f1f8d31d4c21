"""Dropout (Srivastava et al. 2014), and with one mask for all steps of a sequence (Gal & Ghahramani 2016)."""

from __future__ import annotations

import numpy as np

from .workspace import Backprop


def mask(rng, shape: tuple[int, ...], rate: float, dtype, workspace) -> np.ndarray:
    """0 with chance `rate`, else 1 / (1 - rate)."""
    draws = rng.random(out=workspace.take(shape, np.float32), dtype=np.float32)
    return np.multiply(draws >= rate, dtype.type(1 / (1 - rate)), out=workspace.take(shape, dtype))


class Dropout:
    """X with entries zero with chance `rate`, the others growing by 1 / (1 - rate); X itself in evaluation.

    `variational`: what is dropped in a sequence (axis 1) is dropped in each of its steps (axis 0).
    """

    def __init__(self, rate: float, variational: bool = False):
        self.rate, self.variational = rate, variational
        self.params = []

    def forward(self, X, state, rng, workspace):
        if rng is None or not self.rate:
            return X, state, Backprop(lambda dY, dstate=None: (dY, dstate))
        shape = (1, *X.shape[1:]) if self.variational else X.shape
        kept = mask(rng, shape, self.rate, X.dtype, workspace)
        Y = np.multiply(X, kept, out=workspace.take(X.shape, X.dtype))

        def back(dY, dstate=None):
            return np.multiply(dY, kept, out=workspace.take(dY.shape, dY.dtype)), dstate

        return Y, state, Backprop(back)
