"""Embeddings, blocks of self-attention to both sides, and a softmax over what is masked alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...training.param import collect
from ..layers.chain import Chain
from ..layers.workspace import Backprop
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy


class Network:
    """ids (T, B) → `body` → hidden states (T, B, D), those of k places (k, D) → `loss` (k,)."""

    def __init__(self, body: Chain, loss: SoftmaxCrossEntropy):
        self.body, self.loss, self.params = body, loss, collect([body, loss])

    def forward(self, ids: np.ndarray, places: np.ndarray, targets: np.ndarray, ctx):
        """Ids (T, B), `places` (k,) in its rows (T · B), each once, and the `targets` (k,) there → losses (k,), and
        `backprop(scale)`, which adds the gradients of scale · sum(losses). `ctx.mask` is that of the ids."""
        H, _, back_body = self.body.forward(ids, None, ctx)
        take, D = ctx.workspace.take, H.shape[-1]
        rows = np.take(H.reshape(-1, D), places, axis=0, out=take((len(places), D), H.dtype), mode="clip")
        losses, back_losses = self.loss.forward(rows, targets, replace(ctx, mask=None))

        def back(scale=1.0):
            dH = ctx.workspace.zeros(H.shape, H.dtype)
            dH.reshape(-1, D)[places] = back_losses(scale)
            back_body(dH)

        return losses, Backprop(back)
