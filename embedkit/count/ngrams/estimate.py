"""Probabilities of counted n-grams: interpolated modified Kneser-Ney.

Chen & Goodman 1998; Heafield et al. 2013, section 3. With a(g) the occurrences of the n-gram g, if it is of the highest
order or begins a line, else the number of different words before it,

    p(w | c) = (a(c w) - D(a(c w))) / Σ a(c x) + γ(c) p(w | c without its first word),   γ(c) = Σ D(a(c x)) / Σ a(c x)

over all x, and p(w) of no words at all = 1 / V.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .counting import Counted
from .model import Level

FALLBACK = (0.5, 1.0, 1.5)


def adjusted(orders: list[Counted], eos: int, V: int) -> Iterator[np.ndarray]:
    """a(g) of every n-gram, integers (G,), of one order after the other."""
    begins = np.arange(V) == eos
    for n, (grams, longer) in enumerate(zip(orders, orders[1:]), 1):
        different = np.bincount(longer.suffix, minlength=len(grams.keys))
        if n > 1:
            begins = begins[grams.keys // V]
            different = np.where(begins, grams.counts, different)
        yield different
    yield orders[-1].counts


def discounts(a: np.ndarray) -> tuple[float, float, float] | None:
    """D(1), D(2) and D(3 and more) from how many n-grams have a(g) = 1, 2, 3 and 4 (Chen & Goodman, equation 26).

    None where one of the first three does not occur, or they make a discount that is not between 0 and its count: then
    there is too little text to tell.
    """
    n = np.bincount(np.minimum(a, 5), minlength=6).tolist()
    if not (n[1] and n[2] and n[3]):
        return None
    y = n[1] / (n[1] + 2 * n[2])
    found = tuple(k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3))
    return found if all(0 < D <= k for k, D in enumerate(found, 1)) else None


def estimate(
    orders: list[Counted], eos: int, V: int, prune: int = 0
) -> tuple[list[Level], list[tuple[float, float, float]], list[int]]:
    """The levels of a model, the discounts of each order, and the orders that had to take those of FALLBACK.

    Of three words and more, n-grams that occur `prune` times or less are left out. They count for discounts and sums
    all the same; what they had goes to shorter contexts.
    """
    used, fallback = [], []
    levels: list[Level] = []
    index, lower, all_below = np.zeros(1, np.int64), np.full(1, 1 / V), 1
    for n, (grams, a) in enumerate(zip(orders, adjusted(orders, eos, V)), 1):
        D = discounts(a)
        if D is None:
            fallback.append(n)
        used.append(D or FALLBACK)
        kept = np.full(len(a), True) if n < 3 else grams.counts > prune
        taken = np.where(kept, np.array([0, *used[-1]])[np.minimum(a, 3)], a)
        prefix, words = (np.zeros(V, np.int64), grams.keys) if n == 1 else np.divmod(grams.keys, V)
        total = np.bincount(prefix, a, all_below)
        # What is no context, as no word comes after a line end, leaves all to shorter ones.
        gamma = np.bincount(prefix, taken, all_below) / np.where(total, total, 1) + (total == 0)
        p = (a - taken) / total[prefix] + gamma[prefix] * lower[grams.suffix]
        if levels:
            levels[-1] = levels[-1]._replace(backoff=_log10(gamma[index >= 0]))
        if not kept.any():
            break
        keys = index[prefix[kept]] * V + words[kept] if prune and n > 1 else grams.keys
        levels.append(Level(keys, _log10(p[kept]), np.zeros(len(keys), np.float32)))
        index, lower, all_below = np.where(kept, np.cumsum(kept) - 1, -1), p, len(a)
    return levels, used[: len(levels)], [n for n in fallback if n <= len(levels)]


def _log10(x: np.ndarray) -> np.ndarray:
    return np.log10(x).astype(np.float32)
