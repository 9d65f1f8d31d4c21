"""Recurrent layers as the language models of the catalog make them."""

from __future__ import annotations

import numpy as np
from _language_models import architecture

from embedkit.training.param import Param


def fresh(model: str, D: int, H: int, rng, dtype=np.float32, name: str = "layer", **options):
    """A layer of `model`, of H units for inputs of D, with its first parameters."""

    def make(name, shape, initializer):
        return Param(name, initializer(rng, shape).astype(dtype))

    entry = architecture(model)
    return entry.cell(entry.sections["model"](**options), name, D, H, make)
