"""Subsampling of frequent words (Mikolov et al. 2013, section 2.3, as word2vec computes it)."""

from __future__ import annotations

import numpy as np

from ..io.spool import pieces
from ..runtime.memory import Memory


def keep_probabilities(counts: np.ndarray, sample: float) -> np.ndarray:
    """Chance that an occurrence of each word stays: sqrt(t/f) + t/f, at most 1.

    counts : (V,) occurrences of the words kept; f is a word's share of their sum. `sample` is t. Returns (V,) float64.
    """
    with np.errstate(divide="ignore"):
        ratio = sample * counts.sum() / counts
    return np.minimum(np.sqrt(ratio) + ratio, 1.0)


def remove_frequent(ids: np.ndarray, keep: np.ndarray, seed: int, memory: Memory) -> np.ndarray:
    """`ids` without the occurrences that chance removes; line ends (-1) stay. The same seed removes the same ones."""
    rng = np.random.default_rng(seed)
    keep = np.append(keep, 1.0)
    kept = memory.spool(np.int32)
    for part in pieces(ids):
        kept.append(part[rng.random(len(part)) < keep[part]])
    return kept.array()
