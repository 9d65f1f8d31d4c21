"""One chunk of a text: its loss, its gradients, and how far back these reach."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from ..layers.context import ForwardContext
from ..layers.workspace import Workspace
from .batches import SKIP, Batches
from .network import Network


def learn(network: Network, chunk: tuple, state, ctx: ForwardContext) -> tuple[float, tuple]:
    """Add the gradients of the mean loss of a chunk (of `Batches`), and of the penalties, to those of the parameters.

    Returns the sum of the losses and the new state.
    """
    inputs, targets, count = chunk
    losses, state, backprop = network.forward(inputs, targets, state, ctx)
    loss = float(losses.sum(dtype=np.float64))
    backprop(1 / count)
    return loss, state


def mean_loss(network: Network, batches: Batches, workspace: Workspace) -> float:
    """Of every word of a text, in nats, as evaluation has it: without noise and without penalties."""
    state, total, tokens, ctx = None, 0.0, 0, ForwardContext(workspace)
    for number in range(len(batches)):
        inputs, targets, count = batches.chunk(number)
        losses, state = network.forward(inputs, targets, state, ctx)[:2]  # backprop would hold all buffers
        total, tokens = total + float(losses.sum(dtype=np.float64)), tokens + count
    return total / tokens


def hidden_grad_norms(network: Network, params: list[Param], chunk: tuple, workspace: Workspace) -> list[list[float]]:
    """For each recurrent layer, the norms of ∂L_T/∂h_t, L_T the loss of the last step: from t = T back in time.

    Of the other steps no loss is taken: their gradients would cover how those of the last one vanish, or explode.
    """
    inputs, targets, _ = chunk
    last = np.full_like(targets, SKIP)
    last[-1] = targets[-1]
    ctx = ForwardContext(workspace, gradients=True, hidden_grad_norms=[])
    network.forward(inputs, last, None, ctx)[2](1 / max(np.count_nonzero(last != SKIP), 1))
    for param in params:
        param.clear()
    norms, T = ctx.hidden_grad_norms, len(inputs)
    return [norms[at : at + T] for at in range(len(norms) - T, -1, -T)]
