"""Frequency bins: items from those of frequent words to those with a rare one."""

from __future__ import annotations

import numpy as np


def frequency_bins(max_rank: np.ndarray, n: int) -> list[tuple[str, np.ndarray]]:
    """Up to `n` bins of about as many items each: their names and who is in them, (items,) bool.

    `max_rank` (items,) int64: the id of the rarest word of each, -1 for those that are in no bin. A bin is a range of
    ranks, `ranks 1-500`; items of one rank stay together.
    """
    ranks, start, found = np.sort(max_rank[max_rank >= 0]), 0, []
    if n and len(ranks):
        for end in np.unique(ranks[np.ceil(np.arange(1, n + 1) * len(ranks) / n).astype(int) - 1]).tolist():
            found.append((f"ranks {start + 1}-{end + 1}", (max_rank >= start) & (max_rank <= end)))
            start = end + 1
    return found
