"""Layers from options: the same for training, where parameters are drawn, and for use, where they are read."""

from __future__ import annotations

from collections.abc import Callable

from ...training import initializers as initial
from ...training.param import collect
from ..layers.chain import Chain
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.workspace import Backprop
from ..losses.activation_penalty import ActivationPenalty
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy

EMBEDDING, OUTPUT = "embedding", "output"  # names of the two matrices with a row for each word


class Network:
    """ids (T, B) → `body` → hidden states (T, B, H) → `drop` → `loss` (T, B).

    `ar` and `tar` weigh the penalties on the hidden states after and before `drop`; see `ActivationPenalty`.
    """

    def __init__(self, body: Chain, drop: Dropout, loss: SoftmaxCrossEntropy, ar: float = 0.0, tar: float = 0.0):
        self.body, self.drop, self.loss, self.params = body, drop, loss, collect([body, loss])
        self.ar, self.tar = ActivationPenalty(ar=ar), ActivationPenalty(tar=tar)

    def forward(self, inputs, targets, state, ctx):
        """Ids (T, B) twice → losses (T, B), new state, backprop.

        `backprop(scale)` adds the gradients of scale · sum(losses) and of the penalties, which the losses leave out.
        """
        H, state, back_body = self.body.forward(inputs, state, ctx)
        dropped, _, back_drop = self.drop.forward(H, None, ctx)
        losses, back_losses = self.loss.forward(dropped, targets, ctx)

        def penalize(dH, penalty, X):
            if penalty.ar or penalty.tar:
                dH += penalty.forward(X, None, ctx)[1]()

        def back(scale=1.0):
            dH = back_losses(scale)
            penalize(dH, self.ar, dropped)
            dH, _ = back_drop(dH)
            penalize(dH, self.tar, H)
            back_body(dH)

        return losses, state, Backprop(back)


def build(architecture, model, V: int, make: Callable, smoothing: float = 0.0, ar: float = 0.0, tar: float = 0.0):
    """The network of an `architecture` with `hidden_layers`; see `family.NeuralLanguageModel.build`."""
    table = make(EMBEDDING, (V, model.embed), initial.uniform)
    variational = model.dropout_kind == "variational"
    before, between, after = (
        Dropout(model.dropout if rate is None else rate, variational)
        for rate in (model.input_dropout, None, model.output_dropout)
    )
    hidden = architecture.hidden_layers(model, between, make)
    W = table if model.tie else make(OUTPUT, (V, model.hidden), initial.uniform)
    loss = SoftmaxCrossEntropy(W, make(f"{OUTPUT}.b", (V,), initial.zeros), smoothing)
    return Network(Chain(Embedding(table, model.embed_dropout), before, *hidden), after, loss, ar, tar)
