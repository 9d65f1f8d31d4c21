"""Layers one after the other."""

from __future__ import annotations

from ...training.param import collect
from .workspace import Backprop


class Chain:
    """Each layer takes what the one before gives. The state is a tuple, one of each layer."""

    def __init__(self, *layers):
        self.layers, self.params = layers, collect(layers)

    def forward(self, X, state, ctx):
        states, backs = [], []
        for layer, before in zip(self.layers, state or (None,) * len(self.layers)):
            X, after, back = layer.forward(X, before, ctx)
            states.append(after)
            backs.append(back)

        def back(dY, dstate=None):
            dstates = list(dstate or (None,) * len(backs))
            for i in range(len(backs) - 1, -1, -1):
                dY, dstates[i] = backs[i](dY, dstates[i])
            return dY, tuple(dstates)

        return X, tuple(states), Backprop(back)
