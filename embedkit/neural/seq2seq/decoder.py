"""The decoder: target tokens and the memory of a source → outputs from which the next tokens are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...training.param import collect
from ..layers.attention import Attention
from ..layers.chain import Chain
from ..layers.linear import Linear
from ..layers.tanh import Tanh
from ..layers.workspace import Backprop
from .encoder import embedded


class Memory(NamedTuple):
    """B sources as a decoder knows them.

    values : hidden states of the encoder (S, B, E)
    keys : these as queries meet them, None without attention
    mask : (S, B) bool, False past the end of a source; None where all are of one length
    summary : (B, E) the encoder's last hidden state, where the decoder peeks
    """

    values: np.ndarray
    keys: np.ndarray | None
    mask: np.ndarray | None
    summary: np.ndarray | None


class Gradients(NamedTuple):
    """Of the parts of a `Memory`, None where they are zero."""

    values: np.ndarray | None = None
    keys: np.ndarray | None = None
    summary: np.ndarray | None = None

    def __add__(self, other: Gradients) -> Gradients:
        return Gradients(*(b if a is None else a if b is None else a + b for a, b in zip(self, other)))


@dataclass
class Decoder:
    """Target ids (T, B) → (T, B, O), from which the loss tells the next tokens.

    before : embedding and dropout
    below, above : recurrent layers and dropouts up to the one whose states are queries, and those over it, which see
        the contexts beside its states
    attention, combine : attention, and the map and tanh from [context; state] to the attentional state (Luong et al.
        2015, equation 5), of which layers `above` are in no need; None without attention
    peeks : whether the memory's summary is part of each input and output
    feeds : whether the attentional state is part of the next input, F numbers
    after : dropout of what comes out
    """

    before: Chain
    below: Chain
    above: Chain
    attention: Attention | None
    combine: Chain | None
    after: object
    peeks: bool = False
    feeds: int = 0

    def __post_init__(self):
        found = (self.before, self.below, self.attention, self.above, self.combine)
        self.params = collect([part for part in found if part is not None])

    def begin(self, states: list):
        """The state of the decoder, of its layers' first states."""
        dropouts = [None] * len(states)
        chained = tuple(part for pair in zip(states, dropouts) for part in pair)[:-1]
        cut = len(self.below.layers)
        return chained[:cut], chained[cut:], None

    def split(self, dstate) -> list:
        """The gradients of the layers' first states, of that of the decoder's: the inverse of `begin`."""
        below, above, _ = dstate
        return list((below + (above or (None,) * len(self.above.layers)))[::2])

    def forward(self, ids, state, memory: Memory, ctx, choose: Callable | None = None):
        """Read ids (T, B) from `state` on: outputs (T, B, O), state, weights (B, T, S) or None, and `back(dY)` →
        gradients of the state and the memory.

        `choose(ids of a step, outputs of the step before)` gives the ids that are read instead, but for the first step.
        """
        if not self.feeds and choose is None:
            X, back_before = self._embedded(ids, ctx)
            Y, state, weights, back_pass = self._read(X, state, memory, ctx)

            def back(dY):
                dX, dstate, dmemory = back_pass(dY, None)
                back_before(dX)
                return dstate, dmemory

            return Y, state, weights, Backprop(back)
        return self._read_stepwise(ids, state, memory, replace(ctx, kept_masks={}), choose)

    def _embedded(self, ids, ctx):
        if self.peeks:
            X, _, back = self.before.forward(ids, None, ctx)
            return X, back
        return embedded(self.before, self.below.layers[0], ids, ctx)

    def _read_stepwise(self, ids, state, memory, ctx, choose):
        outputs, weights, backs = [], [], []
        for t in range(len(ids)):
            read = ids[t] if choose is None or not t else choose(ids[t], outputs[-1][0])
            X, _, back_before = self.before.forward(read[None], None, ctx)
            Y, state, found, back_step = self._read(X, state, memory, ctx)
            outputs.append(Y)
            weights.append(found)
            backs.append((back_before, back_step))

        def back(dY):
            dstate, dmemory = None, Gradients()
            for t in range(len(ids) - 1, -1, -1):
                back_before, back_step = backs.pop()
                dX, dstate, gradients = back_step(dY[t : t + 1], dstate)
                back_before(np.ascontiguousarray(dX))
                dmemory += gradients
            return dstate, dmemory

        found = None if weights[0] is None else np.concatenate(weights, axis=1)
        return np.concatenate(outputs), state, found, Backprop(back)

    def _read(self, X, state, memory: Memory, ctx):
        """Inputs (T, B, D); where states are fed back, T is 1."""
        T, B, D = X.shape
        below, above, fed = state
        seen = [X]
        if self.peeks:
            seen.append(np.broadcast_to(memory.summary, (T, *memory.summary.shape)))
        if self.feeds:
            seen.append(np.zeros((T, B, self.feeds), X.dtype) if fed is None else fed)
        if len(seen) > 1:
            X = _beside(seen, ctx)
        H, below, back_below = self.below.forward(X, below, ctx)
        Y, weights, back_attention, back_above, back_combine = H, None, None, None, None
        if self.attention is not None:
            C, weights, back_attention = self.attention.attend(H, memory.keys, memory.values, memory.mask, ctx)
            Y = _beside([C, H], ctx)
        if self.above.layers:
            Y, above, back_above = self.above.forward(Y, above, ctx)
        if self.combine is not None:
            Y, _, back_combine = self.combine.forward(Y, None, ctx)
        fed = Y if self.feeds else None
        Y, _, back_after = self.after.forward(Y, None, ctx)
        width = Y.shape[2]
        if self.peeks:
            Y = _beside([Y, np.broadcast_to(memory.summary, (T, *memory.summary.shape))], ctx)

        def back(dY, dstate):
            dbelow, dabove, dfed = dstate or (None, None, None)
            dvalues = dkeys = dsummary = None
            if self.peeks:
                dsummary = dY[..., width:].sum(axis=0)
                dY = dY[..., :width]
            dY, _ = back_after(dY)
            if dfed is not None:
                dY = dY + dfed
            if back_combine is not None:
                dY, _ = back_combine(dY)
            if back_above is not None:
                dY, dabove = back_above(dY, dabove)
            if back_attention is not None:
                E = memory.values.shape[2]
                dC, dH = (np.ascontiguousarray(part) for part in (dY[..., :E], dY[..., E:]))
                dQ, dkeys, dvalues = back_attention(dC)
                dY = dH + dQ
            dX, dbelow = back_below(dY, dbelow)
            dfed = dX[..., -self.feeds :] if self.feeds else None
            if self.peeks:
                dsummary = dsummary + dX[..., D : D + memory.summary.shape[1]].sum(axis=0)
            return (
                dX if dX is None else np.ascontiguousarray(dX[..., :D]),
                (dbelow, dabove, dfed),
                Gradients(dvalues, dkeys, dsummary),
            )

        return Y, (below, above, fed), weights, Backprop(back)


def _beside(arrays, ctx):
    """Side by side along the last axis."""
    *shape, _ = arrays[0].shape
    found = ctx.workspace.take((*shape, sum(array.shape[-1] for array in arrays)), arrays[0].dtype)
    return np.concatenate(arrays, axis=-1, out=found)


def combination(W, b) -> Chain:
    """tanh([context; state] W + b)."""
    return Chain(Linear(W, b), Tanh())


def select(state, index: Callable):
    """`state` with `index` applied to each of its arrays."""
    if isinstance(state, tuple):
        return tuple(select(part, index) for part in state)
    return None if state is None else index(state)
