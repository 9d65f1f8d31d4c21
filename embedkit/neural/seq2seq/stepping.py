"""A step of decoding without a way back: what `Decoder.forward` does with a token of each hypothesis, in few calls.

Small arrays take their time in calls, and a step of one line is made of small arrays alone. Large ones take it in new
pages of memory, so they come from the workspace.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..layers.attention import softmax
from ..layers.dropout import Dropout
from ..layers.embedding import Lookup
from ..layers.lstm import LSTM
from .decoder import Decoder, Memory

SMALL = 1 << 14  # numbers in an array that new memory is good enough for


class Layout(NamedTuple):
    """The places of N hypotheses in a grid of U sources that still have some, k each at most.

    rows : (N,) the source of each
    owner, column : (N,) each, its place in the grid; None where each of the U sources has one
    keys, values : (U, S, H), (U, S, E), None without attention
    padding : (U, 1, S) bool, True behind the end of a source; None where all are of one length
    summary : (N, E), None where the decoder does not peek
    lengths : (N,) of the sources
    memory : all sources, where a kernel finds its way in them; then there is no grid
    """

    rows: np.ndarray
    owner: np.ndarray | None
    column: np.ndarray | None
    keys: np.ndarray | None
    values: np.ndarray | None
    padding: np.ndarray | None
    summary: np.ndarray | None
    lengths: np.ndarray
    memory: Memory | None = None


class Encoded:
    """B sources as the decoder knows them: `lengths` (B,), `first`, the state that decoding begins with, and the
    context `ctx` of all passes until its end, for which weights are packed once.

    is_compiled : whether attention is a kernel's
    """

    def __init__(self, memory: Memory, lengths: np.ndarray, first: tuple, ctx, is_compiled: bool = False):
        self.memory, self.lengths, self.first, self.ctx, self.is_compiled = memory, lengths, first, ctx, is_compiled
        self._live, self._parts, self._layout = None, None, None

    def layout(self, rows: np.ndarray) -> Layout:
        """That of hypotheses of the sources `rows` (N,), never falling. The sources' parts are brought together anew
        only where one of them has left."""
        if self._layout is not None and self._layout.rows is rows:
            return self._layout
        if self.is_compiled:
            summary = None if self.memory.summary is None else self.memory.summary[rows]
            self._layout = Layout(rows, *[None] * 5, summary, self.lengths[rows], self.memory)
            return self._layout
        is_first = np.empty(len(rows), bool)
        is_first[0] = True
        np.not_equal(rows[1:], rows[:-1], out=is_first[1:])
        first = is_first.nonzero()[0]
        live = rows[first]
        if self._live is None or not np.array_equal(live, self._live):
            self._live, self._parts = live, self._of(live)
        owner = column = None
        if len(first) < len(rows):
            owner = np.repeat(np.arange(len(first)), np.diff(first, append=len(rows)))
            column = np.arange(len(rows)) - first[owner]
        summary = None if self.memory.summary is None else self.memory.summary[rows]
        self._layout = Layout(rows, owner, column, *self._parts, summary, self.lengths[rows])
        return self._layout

    def _of(self, live: np.ndarray) -> tuple:
        """Keys, values and padding of the sources `live`, one after the other."""
        values, keys, mask, _ = self.memory
        if keys is None:
            return None, None, None
        K, V = (np.ascontiguousarray(part[:, live].transpose(1, 0, 2)) for part in (keys, values))
        padding = None if mask is None else ~mask[:, live].T[:, None, :]
        return K, V, padding if padding is not None and padding.any() else None


def step(decoder: Decoder, ids: np.ndarray, state: tuple, layout: Layout, ctx) -> tuple:
    """Ids (N,) → outputs (N, O), the new state, attention weights (N, S) by place as it was read, or None."""
    below, above, fed = state
    X = _inputs(decoder, ids, layout, fed, ctx)
    Y, below = _layers(decoder.below, X, below, ctx)
    weights = None
    if decoder.attention is not None:
        C, weights = _attend(decoder.attention.score, Y, layout, ctx)
        Y = _beside([C, Y], ctx)
    if decoder.above.layers:
        Y, above = _layers(decoder.above, Y, above, ctx)
    if decoder.combine is not None:
        linear = decoder.combine.layers[0]
        W = linear.W.value
        Y = np.matmul(Y, W, out=_new((len(Y), W.shape[1]), ctx))
        Y += linear.b.value
        np.tanh(Y, out=Y)
    fed = Y[None] if decoder.feeds else None
    if decoder.peeks:
        Y = _beside([Y, layout.summary], ctx)
    return Y, (below, above, fed), weights


def _inputs(decoder: Decoder, ids: np.ndarray, layout: Layout, fed, ctx) -> np.ndarray | Lookup:
    """Inputs of the lowest layer, (N, .)."""
    embedding, lowest = decoder.before.layers[0], decoder.below.layers[0]
    if not decoder.peeks and not decoder.feeds and hasattr(lowest, "takes_lookup"):
        lookup = Lookup(ids[None], embedding.table)
        if lowest.takes_lookup(lookup, ctx):
            return lookup
    seen = [embedding.table.value[ids]]
    if decoder.peeks:
        seen.append(layout.summary)
    if decoder.feeds:
        seen.append(np.zeros((len(ids), decoder.feeds), seen[0].dtype) if fed is None else fed[0])
    return _beside(seen, ctx) if len(seen) > 1 else seen[0]


def _layers(chain, X: np.ndarray | Lookup, states: tuple, ctx) -> tuple[np.ndarray, tuple]:
    """Rows (N, D) through the layers of a chain: rows, and its state."""
    found = []
    for layer, state in zip(chain.layers, states or (None,) * len(chain.layers)):
        if isinstance(layer, Dropout):
            state = None
        elif isinstance(X, Lookup):
            Y, state, _ = layer.forward(X, state, ctx)
            X = Y[0]
        elif _is_quick(layer, state, len(X)):
            X, state = _lstm(layer, X, state)
        else:
            Y, state, _ = layer.forward(np.ascontiguousarray(X)[None], state, ctx)
            X = Y[0]
        found.append(state)
    return X, tuple(found)


def _is_quick(layer, state, N: int) -> bool:
    """True for a small LSTM. One whose state, or a part of it, is None, for zeros, has a whole one after this step."""
    if type(layer) is not LSTM or layer.peephole is not None or N * layer.b.value.size > SMALL:
        return False
    return state is not None and all(part is not None for part in state)


def _lstm(layer: LSTM, X: np.ndarray, state: tuple) -> tuple[np.ndarray, tuple]:
    """One step of `layers.lstm.LSTM`; σ(a) = tanh(a / 2) / 2 + 1 / 2."""
    h, c = state
    H = h.shape[1]
    a = X @ layer.Wx.value
    a += h @ layer.Wh.value
    a += layer.b.value
    a[:, : 2 * H] *= 0.5
    a[:, 3 * H :] *= 0.5
    np.tanh(a, out=a)
    gates, out = a[:, : 2 * H], a[:, 3 * H :]
    gates *= 0.5
    gates += 0.5
    out *= 0.5
    out += 0.5
    c = gates[:, H:] * c
    c += gates[:, :H] * a[:, 2 * H : 3 * H]
    h = np.tanh(c)
    h *= out
    return h, (h, c)


def _attend(score, Q: np.ndarray, layout: Layout, ctx) -> tuple[np.ndarray, np.ndarray]:
    """Queries (N, H) → contexts (N, E), weights (N, S)."""
    if layout.memory is not None:
        return _attend_compiled(score.query(Q), layout, ctx)
    q, (_, owner, column, keys, values, padding, _, _, _) = score.query(Q), layout
    if owner is None:
        grid = q[:, None]
    else:
        grid = np.zeros((len(keys), column.max() + 1, q.shape[1]), q.dtype)
        grid[owner, column] = q
    weights = score.of_places(grid, keys)
    softmax(weights, padding)
    C = np.matmul(weights, values, out=_new((*weights.shape[:2], values.shape[2]), ctx))
    return (C[:, 0], weights[:, 0]) if owner is None else (C[owner, column], weights[owner, column])


def _attend_compiled(Q: np.ndarray, layout: Layout, ctx) -> tuple[np.ndarray, np.ndarray]:
    from ..layers._kernels import BLOCK
    from . import _kernels

    (N, H), (S, B, E) = Q.shape, layout.memory.values.shape
    C, weights, powers = _new((N, E), ctx), np.empty((N, S), np.float32), np.empty(BLOCK, np.float32)
    flat = [np.ascontiguousarray(array).reshape(-1) for array in (Q, layout.memory.keys, layout.memory.values)]
    places = layout.rows.astype(np.int64, copy=False), layout.lengths.astype(np.int64, copy=False)
    found = C.reshape(-1), weights.reshape(-1), powers.view(np.int32), powers
    _kernels.attend(*flat, *places, *found, (N, S, B, H, E))
    return C, weights


def _new(shape: tuple[int, ...], ctx) -> np.ndarray:
    """A float32 array whose content is arbitrary."""
    return np.empty(shape, np.float32) if math.prod(shape) <= SMALL else ctx.workspace.take(shape, np.float32)


def _beside(arrays: list[np.ndarray], ctx) -> np.ndarray:
    """Side by side, (N, sum of widths)."""
    width = sum(array.shape[1] for array in arrays)
    return np.concatenate(arrays, axis=1, out=_new((len(arrays[0]), width), ctx))
