"""The facts of one forward pass that all its layers and losses share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .workspace import Workspace


@dataclass
class ForwardContext:
    """Workspace, mode and mask of a forward pass; by default evaluation.

    workspace : where layers take their arrays from
    training : training mode: dropout, label smoothing and penalties are on
    rng : random generator of dropout, needed in training mode alone
    gradients : `backprop` is going to be called, so gradients that come cheap with the outputs are computed with them.
        Without it `backprop` gives the same and takes longer.
    mask : padding mask (T, B), bool, False where a sequence has no token; None where all have. Recurrent layers hold
        their state there and losses are 0; layers without memory pay it no attention, and neither does `Window`,
        which sees padding as it sees any input. Self-attention sees no padding
    cached : steps that self-attention has room for in a state of its own, its key–value cache; 0 where each pass reads
        sequences from their beginning, which needs no state. A few tokens at a time: layers then have no way back
    packed : by layer, its weights as kernels take them, kept where many passes go by before parameters change
    kept_masks : by dropout layer, the mask that a sequence read step by step keeps; None where a pass reads all of it
    hidden_grad_norms : a list that gets the norm of the gradient of every hidden state in `backprop`, from the last
        step of a sequence back to the first: what shows vanishing and exploding gradients
    head_weights : a list that gets the weights (T, B, 2, N) of the read and the write head of every pass through a
        neural Turing machine
    """

    workspace: Workspace
    training: bool = False
    rng: np.random.Generator | None = None
    gradients: bool = False
    mask: np.ndarray | None = None
    cached: int = 0
    packed: dict | None = None
    kept_masks: dict | None = None
    hidden_grad_norms: list[float] | None = None
    head_weights: list[np.ndarray] | None = None
