"""The last few inputs at once: what a feed-forward model sees of a sequence (Bengio et al. 2003)."""

from __future__ import annotations

import numpy as np

from .workspace import Backprop


class Window:
    """X (T, B, D) → (T, B, size · D): at every step the last `size` inputs side by side, the oldest first.

    The state is the inputs before X that the first steps still see, (size - 1, B, D).
    """

    def __init__(self, size: int):
        self.size, self.params = size, []

    def forward(self, X, state, ctx):
        (T, B, D), past = X.shape, self.size - 1
        inputs = ctx.workspace.take((past + T, B, D), X.dtype)
        inputs[:past] = 0 if state is None else state
        inputs[past:] = X
        Y = ctx.workspace.take((T, B, self.size * D), X.dtype)
        np.concatenate([inputs[k : k + T] for k in range(self.size)], axis=2, out=Y)

        def back(dY, dstate=None):
            dinputs = ctx.workspace.zeros(inputs.shape, X.dtype)
            if dstate is not None:
                dinputs[T:] = dstate
            for k in range(self.size):
                dinputs[k : k + T] += dY[..., k * D : (k + 1) * D]
            return dinputs[past:], dinputs[:past].copy()

        return Y, inputs[T:].copy(), Backprop(back)
