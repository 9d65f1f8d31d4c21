"""The unigram cache: words that were seen lately are likely to come again (Kuhn & De Mori 1990), the sooner the later
they were seen (Clarkson & Robinson 1997)."""

from __future__ import annotations

import math

import numpy as np


def unigram_cache(ids: np.ndarray, size: int, V: int) -> np.ndarray:
    """Natural log probabilities (N,) float64 of the ids (N,): their shares of all ids before them, an id that came a
    places before weighing exp(-a / size).

    Line ends count. Before the first id, every one of V has 1 / V.
    """
    decay, total, counts = math.exp(-1 / size), 0.0, {}
    shares = np.empty(len(ids))
    for t, word in enumerate(ids.tolist()):
        then, count = counts.get(word, (t, 0.0))
        count *= decay ** (t - then)
        shares[t] = count / total if t else 1 / V
        counts[word], total = (t + 1, count * decay + 1), total * decay + 1
    with np.errstate(divide="ignore"):
        return np.log(shares)
