"""Words in order: what the ranks of a vocabulary are."""

from __future__ import annotations

import numpy as np

from ..vocab import Vocab
from . import _kernels


def by_bytes(vocab: Vocab) -> np.ndarray:
    """The ids of `vocab` in the order of the bytes of its words; (V,) int32."""
    order = np.empty(len(vocab), np.int32)
    _kernels.sort(order, np.empty(len(vocab), np.int64), vocab.offsets, vocab.utf8)
    return order


def by_frequency(vocab: Vocab) -> np.ndarray:
    """The ids of `vocab` by falling count, equal counts by bytes; (V,) int32."""
    order = by_bytes(vocab)
    return order[np.argsort(-vocab.counts[order], kind="stable")]


def inverse(order: np.ndarray) -> np.ndarray:
    """Inverse permutation of `order`, int32."""
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return place
