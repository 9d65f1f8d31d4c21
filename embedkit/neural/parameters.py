"""Parameters counted without being made: for estimates of memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..training.optim import OPTIMIZERS
from ..training.param import Param


def shapes_of(build: Callable) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by its name; `build(make)` makes the network, as `language.network.build` does."""
    shapes, nothing = {}, np.empty(0, np.float32)

    def make(name: str, shape: tuple[int, ...], initializer: Callable) -> Param:
        shapes[name] = shape
        return Param(name, nothing)

    build(make)
    return shapes


def copies(training, is_validated: bool) -> int:
    """Arrays of every parameter's size that a training keeps: of the optimizer, and of the best epoch."""
    return len(OPTIMIZERS[training.optimizer].slots) + (training.optimizer == "nt-asgd") + is_validated
