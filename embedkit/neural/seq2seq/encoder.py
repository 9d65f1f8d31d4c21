"""The encoder: a source as a hidden state for each of its places, and the states after the last one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...training.param import collect
from ..layers.bidirectional import Bidirectional
from ..layers.chain import Chain
from ..layers.embedding import Lookup
from ..layers.residual import Residual
from ..layers.workspace import Backprop
from .options import is_bidirectional, outputs


class Encoder:
    """ids (S, B) → hidden states (S, B, E), and of each recurrent layer its state after the last place.

    A state is a tuple here, (h,) or (h, c), each (B, H), or (B, 2 H) of a bidirectional layer: ahead, then behind; that
    of a neural Turing machine is `layers.ntm.NTM`'s.

    before : the layer from ids to the inputs of the first recurrent one
    layers : recurrent layers; `between` is the dropout between two of them
    """

    def __init__(self, before: Chain, layers: list, between):
        self.before, self.layers, self.between = before, layers, between
        self.params = collect([before, *layers])

    def forward(self, ids, ctx):
        X, back_before = embedded(self.before, self.layers[0], ids, ctx)
        states, backs = [], []
        for number, layer in enumerate(self.layers):
            back_between = None
            if number:
                X, _, back_between = self.between.forward(X, None, ctx)
            X, state, back_layer = layer.forward(X, None, ctx)
            states.append(_joined(state, _is_both(layer)))
            backs.append((layer, back_layer, back_between))

        def back(dX, dstates):
            for (layer, back_layer, back_between), dstate in zip(reversed(backs), reversed(dstates)):
                dX, _ = back_layer(dX, _split(dstate, _is_both(layer)))
                if back_between is not None:
                    dX, _ = back_between(dX)
            back_before(dX)

        return X, states, Backprop(back)


def embedded(before: Chain, layer, ids, ctx):
    """Inputs of the first recurrent `layer` for ids (T, B), by embedding and dropout (`before`), and back; a `Lookup`
    where the layer does better with it."""
    embedding, dropout = before.layers
    lookup = Lookup(ids, embedding.table)
    if hasattr(layer, "takes_lookup") and not (ctx.training and dropout.rate) and layer.takes_lookup(lookup, ctx):
        return lookup, Backprop(lambda dX: None)
    X, _, back = before.forward(ids, None, ctx)
    return X, back


def stack(cell: Callable, model, D: int, make: Callable) -> tuple[list, int]:
    """The recurrent layers for inputs of D, and the numbers that the last one gives; `cell(name, D, H)` makes one."""
    layers = []
    for number in range(1, model.layers + 1):
        name, E = f"encoder.layer{number}", outputs(model)
        layer = cell(name, D, model.hidden)
        if is_bidirectional(model, number):
            layer, E = Bidirectional(layer, cell(f"{name}.back", D, model.hidden)), 2 * E
        layers.append(Residual(layer) if model.residual and D == E else layer)
        D = E
    return layers, D


def _is_both(layer) -> bool:
    return isinstance(layer.layer if isinstance(layer, Residual) else layer, Bidirectional)


def _joined(state, is_both: bool) -> tuple[np.ndarray, ...]:
    """The state of a layer as `Encoder` gives it."""
    if is_both:
        return tuple(np.concatenate(halves, axis=1) for halves in zip(*(_joined(half, False) for half in state)))
    return state if isinstance(state, tuple) else (state,)


def _split(dstate, is_both: bool):
    """The gradient of a state as the layer takes it."""
    if dstate is None or all(part is None for part in dstate):
        return None
    if is_both:
        halves = [(None, None) if part is None else np.split(part, 2, axis=1) for part in dstate]
        return tuple(_split(half, False) for half in zip(*halves))
    return dstate if len(dstate) > 1 else dstate[0]
