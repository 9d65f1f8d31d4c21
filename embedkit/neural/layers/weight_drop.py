"""DropConnect on recurrent weights (Wan et al. 2013; Merity et al. 2018)."""

from __future__ import annotations

import copy

import numpy as np

from ...training.param import Param
from .dropout import keep_mask
from .workspace import Backprop


class WeightDrop:
    """`layer` with entries of its recurrent weights Wh zero with chance `rate`, the others growing by 1 / (1 - rate):
    one mask for all steps and sequences of a pass. Evaluation uses the weights as they are."""

    def __init__(self, layer, rate: float):
        self.layer, self.rate, self.params = layer, rate, layer.params

    def forward(self, X, state, ctx):
        if not (ctx.training and self.rate):
            return self.layer.forward(X, state, ctx)
        Wh = self.layer.Wh
        kept = keep_mask(ctx, Wh.value.shape, self.rate, Wh.value.dtype)
        value, memory = (ctx.workspace.take(kept.shape, kept.dtype) for _ in range(2))
        dropped = Param(Wh.name, np.multiply(kept, Wh.value, out=value), Wh.frozen, memory)
        layer = copy.copy(self.layer)
        layer.Wh = dropped
        Y, state, backprop = layer.forward(X, state, ctx)

        def back(dY, dstate=None):
            dX, dstate = backprop(dY, dstate)
            if not Wh.frozen:
                Wh.add(np.multiply(dropped.gradient, kept, out=dropped.gradient))
            return dX, dstate

        return Y, state, Backprop(back)
