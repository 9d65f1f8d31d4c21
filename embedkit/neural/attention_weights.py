"""States and attention weights inside a stack of Transformer blocks."""

from __future__ import annotations

import math

import numpy as np

from .layers.block import Block
from .layers.chain import Chain
from .layers.heads.plain import turn
from .layers.residual import Residual
from .layers.self_attention import SelfAttention


def blocks(body: Chain) -> list[int]:
    """The places of the blocks in a chain of layers."""
    return [place for place, layer in enumerate(body.layers) if isinstance(layer, Block)]


def states_after(body: Chain, layer: int) -> Chain:
    """The chain up to block number `layer`, from 1 on; 0 is what the first reads, the last one has all behind it."""
    places = blocks(body)
    if layer == len(places):
        return body
    return Chain(*body.layers[: places[layer]])


def attention_weights(body: Chain, ids: np.ndarray, ctx) -> list[np.ndarray]:
    """Attention weights (heads, T, T) of each block, a row for each query, of one sequence `ids` (T, 1)."""
    X, found = ids, []
    with np.errstate(all="ignore"):
        for layer in body.layers:
            if isinstance(layer, Block):
                found.append(_weights(*_attention(layer, X, ctx)))
            X = layer.forward(X, None, ctx)[0]
    return found


def _attention(block: Block, X: np.ndarray, ctx) -> tuple[SelfAttention, np.ndarray]:
    """The self-attention of a block, and what it reads where the block reads X."""
    first = block.layers[0]
    assert isinstance(first, Residual)
    for part in first.layer.layers:
        if isinstance(part, SelfAttention):
            return part, X
        X = part.forward(X, None, ctx)[0]
    raise ValueError("a block without self-attention")


def _weights(layer: SelfAttention, X: np.ndarray) -> np.ndarray:
    T = len(X)
    qkv = X[:, 0] @ layer.W.value + (0 if layer.b is None else layer.b.value)
    q, k, _ = qkv.reshape(T, 3, layer.heads, -1).transpose(1, 2, 0, 3)
    if layer.angles is not None:
        q, k = turn(q, layer.angles[:T]), turn(k, layer.angles[:T])
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    if layer.causal:
        scores[:, ~np.tri(T, dtype=bool)] = -np.inf
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
