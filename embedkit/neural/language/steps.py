"""One window: what a network makes of it, what it learns from it, how far back its gradients reach."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from ..layers.activation_penalty import ActivationPenalty
from ..layers.workspace import Workspace
from .batches import SKIP, Batches
from .network import Network


def learn(network: Network, penalties: tuple[float, float], window: tuple, state, rng, workspace: Workspace):
    """Add the gradients of the mean loss of a window (of `Batches`) to the parameters: (sum of losses, new state).

    `penalties` are the weights of AR, taken of what the last layer gives after dropout, and TAR, before.
    """
    inputs, targets, count = window
    large, sudden = penalties
    H, state, back = network.body.forward(inputs, state, rng, workspace)
    dropped, _, back_drop = network.drop.forward(H, None, rng, workspace)
    losses, _, back_losses = network.softmax.forward(dropped, targets, rng, workspace)
    loss = float(losses.sum(dtype=np.float64))
    dH, _ = back_losses(1 / count)
    if large:
        dH += ActivationPenalty(large=large).forward(dropped, None, rng, workspace)[2]()[0]
    dH, _ = back_drop(dH)
    if sudden:
        dH += ActivationPenalty(sudden=sudden).forward(H, None, rng, workspace)[2]()[0]
    back(dH)
    return loss, state


def mean_loss(network: Network, batches: Batches, workspace: Workspace) -> float:
    """Of every word of a text, in nats, as evaluation has it: without noise and without penalties."""
    state, total, tokens = None, 0.0, 0
    for number in range(len(batches)):
        inputs, targets, count = batches.window(number)
        H, state, _ = network.body.forward(inputs, state, None, workspace)
        losses, _, _ = network.softmax.forward(H, targets, None, workspace)
        total, tokens = total + float(losses.sum(dtype=np.float64)), tokens + count
    return total / tokens


def gradient_lengths(network: Network, params: list[Param], window: tuple, workspace: Workspace) -> list[list[float]]:
    """For each layer, the length of d(loss of the last step) / dh, at the last step first and then back in time.

    Of the other steps no loss is taken: their gradients would cover how those of the last one vanish, or explode.
    """
    inputs, targets, _ = window
    last = np.full_like(targets, SKIP)
    last[-1] = targets[-1]
    H, _, back = network.body.forward(inputs, None, None, workspace)
    _, _, back_losses = network.softmax.forward(H, last, None, workspace)
    dH, _ = back_losses(1 / max(np.count_nonzero(last != SKIP), 1))
    workspace.trace = []
    back(dH)
    lengths, workspace.trace = workspace.trace, None
    for param in params:
        param.clear()
    T = len(inputs)
    return [lengths[at : at + T] for at in range(len(lengths) - T, -1, -T)]
