"""Blocks of Transformers with their parameters, initialized as those of GPT-2 (Radford et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Callable

STD = 0.02  # of all weights, but that of what is added to the stream, which is divided by √(2 layers)


def stack(model, make: Callable, causal: bool) -> list:
    """Layers (`neural.layers`) from embeddings (T, B, D) to hidden states, T ≤ `model.context`.

    Positions and dropout of the embeddings, blocks, and behind pre-norm ones a last normalization. `model` has the
    options of `options.TransformerBlocks`; for `make` see `language.family.NeuralLanguageModel.build`.
    """
    from ..training.initializers import narrow
    from .layers.block import Block
    from .layers.dropout import Dropout
    from .layers.positions import Positions, angles, sinusoids

    D, C, layers = model.dim, model.context, []
    if model.positions == "learned":
        layers.append(Positions(make("positions", (C, D), narrow(STD))))
    if model.positions == "sinusoidal":
        layers.append(Positions(sinusoids(C, D)))
    layers.append(Dropout(model.dropout if model.embed_dropout is None else model.embed_dropout))
    turns = angles(C, D // model.heads) if model.positions == "rotary" else None
    for number in range(1, model.layers + 1):
        name = f"layer{number}"
        norms = [_norm(model, f"{name}.norm{i}", make) for i in (1, 2)]
        attention, feed_forward = _attention(model, name, make, causal, turns), _feed_forward(model, name, make)
        layers.append(Block(attention, feed_forward, norms, model.pre, model.dropout))
    return [*layers, _norm(model, "norm", make)] if model.pre else layers


def hidden_units(model) -> int:
    """Hidden units of a feed-forward layer: with SwiGLU, which has three matrices, two thirds of the usual ones."""
    if model.ff is not None:
        return model.ff
    return (8 * model.dim // 3 + 7) // 8 * 8 if model.activation == "swiglu" else 4 * model.dim


def _norm(model, name, make):
    from ..training.initializers import ones, zeros
    from .layers.layer_norm import LayerNorm, RMSNorm

    gain = make(f"{name}.gain", (model.dim,), ones)
    if model.norm == "rms":
        return RMSNorm(gain)
    return LayerNorm(gain, make(f"{name}.bias", (model.dim,), zeros) if model.bias else None)


def _attention(model, name, make, causal, turns):
    from .layers.self_attention import SelfAttention

    D, dropout = model.dim, model.dropout if model.attention_dropout is None else model.attention_dropout
    maps = *_affine(model, f"{name}.qkv", (D, 3 * D), make), *_affine(model, f"{name}.out", (D, D), make, is_added=True)
    return SelfAttention(*maps, model.heads, causal, turns, dropout)


def _feed_forward(model, name, make):
    from .layers.feed_forward import FeedForward

    D, F = model.dim, hidden_units(model)
    width = 2 * F if model.activation == "swiglu" else F
    maps = *_affine(model, f"{name}.ff1", (D, width), make), *_affine(model, f"{name}.ff2", (F, D), make, is_added=True)
    return FeedForward(*maps, model.activation)


def _affine(model, name, shape, make, is_added=False):
    """Weights and, or None, biases of an affine map."""
    from ..training.initializers import narrow, zeros

    std = STD / math.sqrt(2 * model.layers) if is_added else STD
    return make(f"{name}.W", shape, narrow(std)), make(f"{name}.b", shape[1:], zeros) if model.bias else None
