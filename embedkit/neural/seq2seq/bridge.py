"""The bridge from the encoder's last states to the decoder's first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...training.initializers import of_layer, zeros
from ...training.param import collect
from ..layers.linear import Linear
from ..layers.workspace import Backprop
from .options import is_bidirectional


class Bridge:
    """States of the encoder's layers, (h,) or (h, c), → those that the decoder's layers begin with, None for zeros.

    They are handed on as they are, or of a bidirectional layer mapped: h = tanh([h₁; h₂] W + b), c = [c₁; c₂] W' + b'.

    maps : of each layer, for each part of its state that is handed on, the map or None
    size : parts of a state; those that are not handed on begin as zeros
    """

    def __init__(self, maps: list[list[Linear | None]], size: int):
        self.maps, self.size = maps, size
        self.params = collect([linear for layer in maps for linear in layer if linear is not None])

    def forward(self, states, ctx):
        begun, backs = [], []
        for state, maps in zip(states, self.maps):
            made = [_map(part, linear, number == 0, ctx) for number, (part, linear) in enumerate(zip(state, maps))]
            begun.append(self._state([Y for Y, _ in made]))
            backs.append([back for _, back in made])

        def back(dstates):
            """Gradients of the decoder's first states → those of the encoder's last."""
            found = []
            for layer, dstate in zip(backs, dstates):
                dparts = dstate if isinstance(dstate, tuple) else (dstate,)
                found.append([back_part(dpart) for back_part, dpart in zip(layer, dparts)])
                found[-1] += [None] * (self.size - len(layer))
            return found

        return begun, Backprop(back)

    def _state(self, made: list[np.ndarray]):
        if not made:
            return None
        made += [np.zeros_like(made[0])] * (self.size - len(made))
        return tuple(made) if self.size > 1 else made[0]


class MemoryBridge:
    """The last state of a neural Turing machine → the first of another: the memory, and of the outputs and the cells of
    the controller those that are `handed` on. The heads begin anew, so that the decoder reads from the start."""

    params = ()

    def __init__(self, handed: tuple[bool, bool]):
        self.handed = handed

    def forward(self, states, ctx):
        ((*controller, memory, _),) = states

        def back(dstates):
            ((*dcontroller, dmemory, _),) = dstates
            return [[*self._handed(dcontroller), dmemory, None]]

        return [(*self._handed(controller), memory, None)], Backprop(back)

    def _handed(self, parts: list[np.ndarray]) -> list[np.ndarray | None]:
        return [part if is_handed else None for part, is_handed in zip(parts, self.handed)]


def _map(X, linear: Linear | None, is_hidden: bool, ctx):
    if linear is None:
        return X, lambda dX: dX
    Y, _, back_linear = linear.forward(np.ascontiguousarray(X), None, ctx)
    if not is_hidden:
        return Y, lambda dY: back_linear(dY)[0]
    np.tanh(Y, out=Y)
    return Y, lambda dY: back_linear(dY * (1 - Y * Y))[0]


def build(model, make: Callable) -> Bridge | MemoryBridge:
    """The bridge that the options `model` ask for."""
    if model.cell == "ntm":
        return MemoryBridge((model.bridge != "none", model.bridge == "all"))
    size = 2 if model.cell == "lstm" else 1
    kept = {"all": size, "hidden": 1, "none": 0}[model.bridge]
    maps = [[_linear(model, number, part, make) for part in "hc"[:kept]] for number in range(1, model.layers + 1)]
    return Bridge(maps, size)


def _linear(model, number: int, part: str, make: Callable) -> Linear | None:
    if not is_bidirectional(model, number):
        return None
    name, H = f"bridge.layer{number}.{part}", model.hidden
    return Linear(make(f"{name}.W", (2 * H, H), of_layer(model.initializer)), make(f"{name}.b", (H,), zeros))
