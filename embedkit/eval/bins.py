"""Bins: items from those of frequent words to those with a rare one, or from short to long."""

from __future__ import annotations

import numpy as np


def frequency_bins(max_rank: np.ndarray, n: int) -> list[tuple[str, np.ndarray]]:
    """Up to `n` bins of about as many items each: their names and who is in them, (items,) bool.

    `max_rank` (items,) int64: the id of the rarest word of each, -1 for those that are in no bin. A bin is a range of
    ranks, `ranks 1-500`; items of one rank stay together.
    """
    start, found = 0, []
    for end in _ends(max_rank[max_rank >= 0], n):
        found.append((f"ranks {start + 1}-{end + 1}", (max_rank >= start) & (max_rank <= end)))
        start = end + 1
    return found


def length_bins(lengths: np.ndarray, n: int) -> list[tuple[str, np.ndarray]]:
    """Up to `n` bins of about as many items each: their names, as in `length 3-5`, and who is in them, (items,) bool.

    `lengths` (items,) int64; items of one length stay together.
    """
    found, start = [], None
    for end in _ends(lengths, n):
        inside = (lengths <= end) & (lengths > start if start is not None else True)
        low, start = int(lengths[inside].min()), end
        found.append((f"length {end}" if low == end else f"length {low}-{end}", inside))
    return found


def _ends(values: np.ndarray, n: int) -> list[int]:
    """The largest value of each of up to `n` bins."""
    if not n or not len(values):
        return []
    return np.unique(np.sort(values)[np.ceil(np.arange(1, n + 1) * len(values) / n).astype(int) - 1]).tolist()
