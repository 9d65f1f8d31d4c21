"""Where training starts: random parameters, or word vectors of a file."""

from __future__ import annotations

import numpy as np

from ...runtime.progress import Progress
from ...training.param import Param
from ...training.pretrained import take_rows
from .network import EMBEDDING, Network, build


def begin(kind: str, config, vocab, progress: Progress) -> Network:
    """A network for training with its first parameters, all of them drawn from `config.training.seed`."""
    rng = np.random.default_rng(config.training.seed)
    model = config.model

    def make(name: str, shape: tuple[int, ...], first) -> Param:
        return Param(name, first(rng, shape), frozen=model.freeze and name == EMBEDDING)

    network = build(kind, model, len(vocab), make, config.training.smoothing)
    if model.init is not None:
        (table,) = (param for param in network.params if param.name == EMBEDDING)
        take_rows(model.init, vocab, table.value, "--embed", progress)
    return network
