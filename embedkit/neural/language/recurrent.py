"""Recurrent layers, one on the other."""

from __future__ import annotations

from collections.abc import Callable

from ...training.initializers import ones, zeros
from ..layers.chain import Chain
from ..layers.dropout import Dropout
from ..layers.layer_norm import LayerNorm
from ..layers.residual import Residual
from ..layers.weight_drop import WeightDrop


def stack(cell: Callable, model, between: Dropout, make: Callable) -> list:
    """`model.layers` layers with dropout `between`. With a tied matrix the last one has as many units as words have
    dimensions. `cell(model, name, D, H, make)` gives one: a model's own file has it."""
    layers, D = [], model.embed
    for number in range(1, model.layers + 1):
        name, is_last = f"layer{number}", number == model.layers
        H = model.embed if model.tie and is_last else model.hidden
        layer = cell(model, name, D, H, make)
        if model.weight_drop:
            layer = WeightDrop(layer, model.weight_drop)
        if model.layer_norm:
            layer = Chain(layer, LayerNorm(make(f"{name}.gain", (H,), ones), make(f"{name}.bias", (H,), zeros)))
        layers += [Residual(layer) if model.residual and D == H else layer, between]
        D = H
    return layers[:-1]
