"""Initialization: random parameters, or word vectors of a file."""

from __future__ import annotations

import numpy as np

from ...runtime.progress import Progress
from ...training.param import Param
from ...training.pretrained import take_rows
from .network import EMBEDDING, Network


def init_network(architecture, config, vocab, progress: Progress) -> Network:
    """The network to train, initialized from `config.training.seed` alone; see `family.NeuralLanguageModel.build`."""
    model, training = config.model, config.training
    rng = np.random.default_rng(training.seed)

    def make(name: str, shape: tuple[int, ...], initializer) -> Param:
        return Param(name, initializer(rng, shape), frozen=model.freeze and name == EMBEDDING)

    network = architecture.build(model, len(vocab), make, training)
    if model.init is not None:
        (table,) = (param for param in network.params if param.name == EMBEDDING)
        take_rows(model.init, vocab, table.value, f"--{architecture.size}", progress)
    return network
