"""Parts of a batch on threads: products of few rows are faster whole on one core each than shared by two."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...runtime.parallel import together
from ..layers.fused import Fused
from ..layers.workspace import Workspace
from .batches import Batch
from .network import Network

PAIRS, UNITS = 32, 128  # of a part at least, and of its layers: with less, Python's share of the work is too large


def parts_of(model, training, threads: int) -> int:
    """The parts that pay, of a batch of `training.batch_size` pairs."""
    return max(1, min(threads, training.batch_size // PAIRS)) if model.hidden >= UNITS else 1


class Shards:
    """A network, and copies of it with the same values, and gradients and buffers of their own.

    The columns of a batch are dealt to them, as many to each; gradients are added up in that order, so what is learnt
    depends on the number of parts and on nothing else.
    """

    def __init__(self, network: Network, workspace: Workspace, count: int):
        values = {id(param.value): param.value for param in network.params}
        self.networks = [network, *(copy.deepcopy(network, dict(values)) for _ in range(count - 1))]
        self.workspaces = [workspace] if count == 1 else [Workspace(Fused()) for _ in range(count)]

    def learn(self, batch: Batch, ctx, chooser: Callable) -> float:
        """Add the gradients of the mean loss to those of the network; returns the sum of the losses.

        `chooser(network, ctx)` gives the last argument of `Network.forward`. Parts have random numbers of their own.
        """
        count = min(len(self.networks), batch.inputs.shape[1])
        parts, contexts = [batch], [ctx]
        if count > 1:
            parts = batch.split(count)
            contexts = [replace(ctx, workspace=own, rng=rng) for own, rng in zip(self.workspaces, ctx.rng.spawn(count))]

        def work(part: int) -> float:
            network, own = self.networks[part], contexts[part]
            with np.errstate(all="ignore"):
                losses, backprop = network.forward(parts[part], own, chooser(network, own))
                backprop(1 / batch.count)
            return float(losses.sum(dtype=np.float64))

        loss = sum(together(work, count))
        for other in self.networks[1:]:
            for param, twin in zip(self.networks[0].params, other.params):
                param.add_all(twin)
        return loss
