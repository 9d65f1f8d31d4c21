"""Encoder and decoder from options: the same for training, where parameters are drawn, and for use, where they are
read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...training import initializers as initial
from ...training.param import collect
from .. import cells
from ..layers.attention import Additive, Attention, Dot
from ..layers.chain import Chain
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.residual import Residual
from ..layers.workspace import Backprop
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
from . import bridge, encoder
from .batches import Batch
from .decoder import Decoder, Gradients, Memory, combination
from .options import MEMORY_ROWS, MEMORY_WIDTH, outputs

SOURCE, TARGET, SHARED, OUTPUT = "source.embedding", "target.embedding", "embedding", "output"


class Network:
    """Pairs → the losses of their target tokens."""

    def __init__(self, encoder: encoder.Encoder, bridge: bridge.Bridge, decoder: Decoder, loss: SoftmaxCrossEntropy):
        self.encoder, self.bridge, self.decoder, self.loss = encoder, bridge, decoder, loss
        self.params = collect([encoder, bridge, decoder, loss])

    def read(self, ids: np.ndarray, mask: np.ndarray | None, ctx):
        """Sources (S, B), masked past their ends → the decoder's first state, its `Memory`, and back."""
        H, states, back_encoder = self.encoder.forward(ids, replace(ctx, mask=mask))
        begun, back_bridge = self.bridge.forward(states, ctx)
        attention, keys, back_keys = self.decoder.attention, None, None
        if attention is not None:
            keys, back_keys = attention.score.project(H, ctx)
        memory = Memory(H, keys, mask, states[-1][0] if self.decoder.peeks else None)

        def back(dstates, gradients: Gradients):
            dH = gradients.values
            if gradients.keys is not None:
                dH = dH + back_keys(gradients.keys)
            if dH is None:
                dH = ctx.workspace.zeros(H.shape, H.dtype)
            dlast = back_bridge(dstates)
            if gradients.summary is not None:
                h = dlast[-1][0]
                dlast[-1][0] = gradients.summary if h is None else h + gradients.summary
            back_encoder(dH, dlast)

        return self.decoder.begin(begun), memory, Backprop(back)

    def forward(self, batch: Batch, ctx, choose: Callable | None = None):
        """Losses (T, B), 0 past the ends of targets, and `backprop(scale)` of scale · sum(losses).

        `choose` is that of `decoder.Decoder.forward`."""
        state, memory, back_read = self.read(batch.sources, batch.mask, ctx)
        Y, _, _, back_decoder = self.decoder.forward(batch.inputs, state, memory, ctx, choose)
        losses, back_losses = self.loss.forward(Y, batch.targets, ctx)

        def back(scale=1.0):
            dstate, gradients = back_decoder(back_losses(scale))
            back_read(self.decoder.split(dstate), gradients)

        return losses, Backprop(back)


def build(model, V_source: int, V_target: int, share: bool, make: Callable, smoothing: float = 0.0) -> Network:
    """The `Network` that the options `model` ask for, of so many source and target tokens; see `language.network`."""
    D, H = model.embed, model.hidden
    source = make(SHARED if share else SOURCE, (V_source, D), initial.uniform)
    target = source if share else make(TARGET, (V_target, D), initial.uniform)

    def dropout():
        return Dropout(model.dropout, model.dropout_kind == "variational")

    layers, E = encoder.stack(lambda *sizes: _cell(model, *sizes, make), model, D, make)
    encoding = encoder.Encoder(Chain(Embedding(source), dropout()), layers, dropout())

    attention, context = _attention(model, E, make), 0 if model.attention == "none" else E
    at_bottom, peek = model.attention_layer == "bottom", E if model.peeky else 0
    feeds = H if model.input_feeding else 0
    below, above, width = [], [], D + peek + feeds
    for number in range(1, model.layers + 1):
        layer = _cell(model, f"decoder.layer{number}", width, H, make)
        layer = Residual(layer) if model.residual and width == H else layer
        place = above if at_bottom and number > 1 else below
        place += [dropout(), layer] if number > 1 else [layer]
        width = H + (context if at_bottom and number == 1 else 0)
    combine = None
    if attention is not None and not (at_bottom and model.layers > 1):
        shape = (E + H, H)
        W = make("attention.combine.W", shape, initial.of_layer(model.initializer))
        combine = combination(W, make("attention.combine.b", (H,), initial.zeros))
    parts = Chain(*below), Chain(*above), attention, combine
    decoding = Decoder(Chain(Embedding(target), dropout()), *parts, dropout(), model.peeky, feeds)
    W = target if model.tie else make(OUTPUT, (V_target, outputs(model) + peek), initial.uniform)
    loss = SoftmaxCrossEntropy(W, make(f"{OUTPUT}.b", (V_target,), initial.zeros), smoothing)
    return Network(encoding, bridge.build(model, make), decoding, loss)


def _cell(model, name: str, D: int, H: int, make: Callable):
    options = {"forget_bias": model.forget_bias} if model.cell in ("lstm", "ntm") else {}
    if model.cell == "ntm":
        options |= {"rows": model.memory_rows or MEMORY_ROWS, "width": model.memory_width or MEMORY_WIDTH}
    return getattr(cells, model.cell)(model.initializer, name, D, H, make, **options)


def _attention(model, E: int, make: Callable) -> Attention | None:
    H, first = model.hidden, initial.of_layer(model.initializer)
    if model.attention == "none":
        return None
    if model.attention == "dot":
        return Attention(Dot())
    if model.attention == "general":
        return Attention(Dot(make("attention.W", (E, H), first)))
    W, U = make("attention.W", (H, H), first), make("attention.U", (E, H), first)
    return Attention(Additive(W, U, make("attention.v", (H,), _vector)))


def _vector(rng, shape) -> np.ndarray:
    return initial.uniform(rng, shape, bound=shape[0] ** -0.5)
