"""Arguments of the kernels: options as numbers, sampling tables, buffers."""

from __future__ import annotations

import numpy as np

from ...runtime.simd import LANES
from ...text.sampling import keep_probabilities
from ._kernels import HIERARCHICAL, NEGATIVE_SAMPLING, ROW, SOFTMAX, TILE, Composed, Draws, Plan, Scratch, Tree
from .alias import alias_table
from .huffman import huffman
from .init import row_width

LOSSES = {"ns": NEGATIVE_SAMPLING, "hs": HIERARCHICAL, "softmax": SOFTMAX}


def plan(config) -> Plan:
    """The options; skip-gram has none of CBOW's, and needs none."""
    model, is_mean = config.model, getattr(config.model, "combine", "mean") == "mean"
    return Plan(
        row_width(model.dim),
        config.context.window,
        config.context.dynamic_window,
        LOSSES[model.loss],
        model.negative if model.loss == "ns" else 0,
        model.share_negatives == "window",
        is_mean,
        is_mean and getattr(model, "cbow_gradient", "word2vec") == "divided",
        model.pooling == "mean",
    )


def draws(vocab, config) -> Draws:
    """Subsampling and noise distributions: of a given vocabulary only those that the text has."""
    counts, power, sample = np.maximum(vocab.counts, 1), config.model.ns_exponent, config.context.sample
    keep = keep_probabilities(counts, sample) if sample else np.ones(len(vocab))
    most = counts.max() if power > 0 else 1  # which keeps powers from overflowing
    noise = np.where(vocab.counts > 0, (counts / most) ** power, 0)
    return Draws((keep * 2.0**32).astype(np.uint64), *alias_table(noise))


def tree(vocab, config) -> Tree:
    """The Huffman tree, empty where no loss needs it."""
    if config.model.loss == "hs":
        return Tree(*huffman(np.maximum(vocab.counts, 1)))
    return Tree(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))


def composed(plan: Plan, V: int, longest: int) -> Composed:
    """Slots for the words of a window, all free; `V` is 0 without subwords."""
    slots = min(2 * plan.window + 2, longest) if V else 0
    return Composed(
        np.zeros((2 * slots + 1) * plan.width, np.float32),
        np.full(V, -1, np.int32),
        np.zeros(slots, np.int32),
        np.zeros(slots, np.uint8),
        np.array([slots, *range(slots)], np.int32),
        np.zeros(2, np.int64),
    )


def scratch(plan: Plan, tree: Tree, V: int, longest: int, has_subwords: bool) -> Scratch:
    """The buffers of one thread; `longest` is the number of ids of the longest span."""
    most = {
        NEGATIVE_SAMPLING: plan.negative + 1,
        HIERARCHICAL: int(np.diff(tree.starts).max(initial=1)),
        SOFTMAX: V,
    }[plan.loss]
    tiles, hidden, D = -(-most // TILE), 2 * plan.window, plan.width
    places = np.arange(tiles * TILE)
    # Where outputs are chosen by noise, or all of them, the signs never change.
    signs = np.zeros((tiles, 3, ROW), np.float32)
    real = (places < most).reshape(tiles, 1, TILE)
    signs[:, :2, :TILE] = np.where(real, 1 if plan.loss == SOFTMAX else -1, 0)
    signs[0, :2, 0] = 1
    return Scratch(
        np.empty(longest, np.int32),
        np.empty(longest * max(plan.negative, 1), np.int32),
        np.zeros(hidden * D, np.float32),
        np.zeros(D, np.float32),
        np.empty(hidden, np.int64),
        np.empty(hidden, np.int64),
        np.empty(hidden, np.int64),
        np.where(places < most, places, V) * D,
        signs.reshape(-1),
        np.zeros(tiles * (hidden + 1) * ROW + LANES, np.float32),
        composed(plan, V if has_subwords else 0, longest),
    )
