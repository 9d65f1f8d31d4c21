"""Drawing from a fixed distribution in constant time (Walker 1977; built as Vose 1991)."""

from __future__ import annotations

import numpy as np


def alias_table(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns for `_kernels.noise`: (threshold (V,) uint64 in units of 2**-32, alias (V,) int32).

    weights : (V,) not negative, with a positive sum. A uniform column gives itself below its threshold, else its alias.
    """
    share = weights / weights.sum() * len(weights)
    alias = np.arange(len(weights), dtype=np.int32)
    low, high = list(np.flatnonzero(share < 1)), list(np.flatnonzero(share >= 1))
    left = share.tolist()
    while low and high:
        small, large = low.pop(), high[-1]
        alias[small] = large
        left[large] -= 1 - left[small]
        if left[large] < 1:
            low.append(high.pop())
    # What rounding leaves over, low or high, aliases itself: a whole column.
    return np.minimum(np.array(left) * 2.0**32, 2.0**32).astype(np.uint64), alias
