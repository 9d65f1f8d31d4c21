"""Two layers over a sequence, one from each end (Schuster & Paliwal 1997)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .embedding import Lookup
from .workspace import Backprop


class Bidirectional:
    """X (T, B, D) → (T, B, H + H'): `ahead` reads from the first step on, `behind` from the last step back.

    The state is a pair, one of each; that of `behind` belongs to the end of the sequence.
    """

    def __init__(self, ahead, behind):
        self.ahead, self.behind, self.params = ahead, behind, ahead.params + behind.params

    def takes_lookup(self, X: Lookup, ctx) -> bool:
        """True if `forward` can do with a lookup, and better."""
        return all(hasattr(way, "takes_lookup") and way.takes_lookup(X, ctx) for way in (self.ahead, self.behind))

    def forward(self, X, state, ctx):
        def copy(array):
            """C-contiguous, as products like it."""
            if isinstance(array, Lookup):
                return array
            new = ctx.workspace.take(array.shape, array.dtype)
            np.copyto(new, array)
            return new

        first, last = (None, None) if state is None else state
        reverse = ctx if ctx.mask is None else replace(ctx, mask=ctx.mask[::-1])
        Y0, first, back0 = self.ahead.forward(X, first, ctx)
        Y1, last, back1 = self.behind.forward(copy(X[::-1]), last, reverse)
        (T, B, H), H1 = Y0.shape, Y1.shape[2]
        Y = ctx.workspace.take((T, B, H + H1), Y0.dtype)
        Y[..., :H], Y[..., H:] = Y0, Y1[::-1]

        def back(dY, dstate=None):
            first, last = (None, None) if dstate is None else dstate
            dX, first = back0(copy(dY[..., :H]), first)
            dX1, last = back1(copy(dY[::-1, :, H:]), last)
            if dX is None:
                return None, (first, last)
            return np.add(dX, dX1[::-1], out=ctx.workspace.take(dX.shape, dX.dtype)), (first, last)

        return Y, (first, last), Backprop(back)
