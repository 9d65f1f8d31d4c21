"""Base of RNN, LSTM and GRU: products over all steps at once, and the loop over the steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...training.param import Param
from .workspace import Backprop

TRANSPOSE_FROM = 4  # steps back from which a transposed copy of the recurrent weights pays
COLUMNS_FROM = 512  # steps of a single row from which a copy column by column pays


class Recurrent:
    """X (T, B, D) → hidden states (T, B, H), with Wx (D, G·H), Wh (H, G·H) and b (G·H,), G gates side by side.

    A subclass says what a step is: `_begin` (buffers besides the gates), `_step`, `_line` (all steps of a single row),
    `_hold` (no step), `_back` and `_end` (its own parameters).

    The product with the hidden state is taken as (B, H) x (H, G·H), with both in C order, where BLAS does best with few
    rows; the way back uses a transposed copy for the same reason.
    """

    GATES = 1
    SPLITS = False  # whether a gate stands between product and sum, so that their gradients differ
    _line = None  # `_line(cells, gates, product, hidden, kept)`, where there is a kernel for it

    def __init__(self, Wx: Param, Wh: Param, b: Param):
        self.Wx, self.Wh, self.b, self.params = Wx, Wh, b, [Wx, Wh, b]

    def forward(self, X, state, ctx):
        workspace = ctx.workspace
        Wx, Wh, take = self.Wx.value, self.Wh.value, workspace.take
        (T, B, D), (H, width), dtype = X.shape, Wh.shape, Wh.dtype
        rows, cells = X.reshape(T * B, D), workspace.cells(dtype)
        gates = take((T, B, width), dtype)
        np.matmul(rows, Wx, out=gates.reshape(T * B, width))
        hidden, product = take((T + 1, B, H), dtype), take((B, width), dtype)
        h, c = self._parts(state)
        hidden[0] = 0 if h is None else h
        kept = self._begin(c, T, B, H, dtype, workspace)
        self._forward_steps(cells, gates, product, hidden, kept, ctx)

        def back(dY, dstate=None):
            dh, dcarry = take((B, H), dtype), workspace.zeros((B, H), dtype)
            last, carried = self._parts(dstate)
            dh[...] = 0 if last is None else last
            if carried is not None:
                dcarry[...] = carried
            dproduct = take((T, B, width), dtype) if self.SPLITS else gates
            self._backward_steps(cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx)
            drows, dproducts = gates.reshape(T * B, width), dproduct.reshape(T * B, width)
            self.Wx.add_product(rows.T, drows, workspace)
            self.Wh.add_product(hidden[:-1].reshape(T * B, H).T, dproducts, workspace)
            self.b.add(drows.sum(axis=0))
            self._end(gates, dproduct, kept)
            dX = np.matmul(drows, Wx.T, out=take((T * B, D), dtype))
            return dX.reshape(X.shape), self._state(dh.copy(), dcarry[None])

        return hidden[1:], self._state(hidden[T].copy(), kept), Backprop(back)

    def _forward_steps(self, cells, gates, product, hidden, kept, ctx) -> None:
        (T, B, width), Wh, mask, H = gates.shape, self.Wh.value, ctx.mask, hidden.shape[2]
        if self._line is not None and mask is None and cells.takes_line(B, Wh):
            self._line(cells, gates, product, hidden, kept)
            return
        weights = Wh
        if B == 1 and T >= COLUMNS_FROM:
            weights = ctx.workspace.take((width, H), Wh.dtype).T
            np.copyto(weights, Wh)
        for t in range(T):
            np.matmul(hidden[t], weights, out=product)
            self._step(cells, gates, product, hidden, kept, t)
            if mask is not None and not mask[t].all():
                self._hold(hidden, kept, t, ~mask[t])

    def _backward_steps(self, cells, gates, dproduct, hidden, kept, dY, dh, dcarry, ctx) -> None:
        T, Wh, mask = len(gates), self.Wh.value, ctx.mask
        Wh_back = transposed(Wh, T, ctx.workspace.take)
        for t in range(T - 1, -1, -1):
            dh += dY[t]
            if ctx.hidden_grad_norms is not None:
                ctx.hidden_grad_norms.append(float(np.linalg.norm(dh)))
            padding = None if mask is None or mask[t].all() else ~mask[t]
            if padding is not None:
                held = dh[padding], dcarry[padding]
            self._back(cells, gates, dproduct, hidden, kept, dh, dcarry, t)
            np.matmul(dproduct[t], Wh_back, out=dh)
            if self.SPLITS:
                dh += dcarry
            if padding is not None:  # the state went past this step
                gates[t, padding], dproduct[t, padding] = 0, 0
                dh[padding], dcarry[padding] = held

    def _parts(self, state) -> tuple:
        """(h, what else the state holds), or None for zeros."""
        return state, None

    def _state(self, h, kept):
        """The state after the last step."""
        return h

    def _begin(self, c, T, B, H, dtype, workspace) -> np.ndarray | None:
        """Buffer for values of each step besides gates and hidden states."""
        return None

    def _step(self, cells, gates, product, hidden, kept, t) -> None:
        raise NotImplementedError

    def _hold(self, hidden, kept, t, padding) -> None:
        """The state of sequences that have no step t, (B,) bool, stays what it was before."""
        hidden[t + 1, padding] = hidden[t, padding]

    def _back(self, cells, gates, dproduct, hidden, kept, dh, dcarry, t) -> None:
        raise NotImplementedError

    def _end(self, gates, dproduct, kept) -> None:
        """Add to the gradients of further parameters."""


def transposed(W: np.ndarray, T: int, take: Callable) -> np.ndarray:
    """Wᵀ, for T steps back; a copy of it, in memory that `workspace.take` gives, where that pays."""
    if T < TRANSPOSE_FROM:
        return W.T
    copy = take(W.shape[::-1], W.dtype)
    np.copyto(copy, W.T)
    return copy
