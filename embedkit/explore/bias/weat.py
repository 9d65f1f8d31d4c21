"""Word-embedding association tests (Caliskan, Bryson & Narayanan 2017).

The association of a word is its mean cosine with the attributes A minus that with the attributes B. WEAT compares the
associations of two sets of targets, SC-WEAT the cosines of one word with both sets of attributes.
"""

from __future__ import annotations

from itertools import chain, combinations
from math import comb
from typing import NamedTuple

import numpy as np

from ...vectors.vectors import unit_rows

EXACT = 1_000_000  # ways to choose a set, up to which all are tried
SAMPLES = 100_000
SEED = 1
TIE = 1e-12  # statistics that differ by less are equal, as they would be without rounding
BLOCK = 1 << 22


class Effect(NamedTuple):
    """`size`, the difference of means in standard deviations of all (divided by n), None if these are 0; the one-sided
    p-value of a permutation test over `permutations` ways to choose the first set, all of them if `is_exact`."""

    size: float | None
    p: float
    permutations: int
    is_exact: bool


def weat(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, seed: int = SEED) -> Effect:
    """The effect of targets `x` and `y` with attributes `a` and `b`, each (n, D)."""
    return _effect(associations(x, a, b), associations(y, a, b), seed)


def sc_weat(word: np.ndarray, a: np.ndarray, b: np.ndarray, seed: int = SEED) -> Effect:
    """The effect of a single word (D,) with attributes `a` and `b`, each (n, D)."""
    word, a, b = (unit_rows(rows.astype(np.float64)) for rows in (word[None], a, b))
    return _effect(a @ word[0], b @ word[0], seed)


def associations(words: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n,) float64 associations of `words` (n, D)."""
    words, a, b = (unit_rows(rows.astype(np.float64)) for rows in (words, a, b))
    return words @ a.mean(0) - words @ b.mean(0)


def _effect(first: np.ndarray, second: np.ndarray, seed: int) -> Effect:
    every = np.concatenate([first, second])
    spread = every.std()
    size = float((first.mean() - second.mean()) / spread) if spread > TIE else None
    return Effect(size, *_permutation_p(every, len(first), seed))


def _permutation_p(values: np.ndarray, n: int, seed: int) -> tuple[float, int, bool]:
    """p: the share of choices of `n` of `values` whose mean, and with it the difference to the mean of the others, is
    at least that of the first `n`; and how many choices were tried, and whether these were all.

    Where they are too many, SAMPLES are drawn, and what was observed counts as one more of them (Phipson & Smyth 2010).
    """
    ways = comb(len(values), n)
    observed = values[:n].sum() - TIE * max(1.0, np.abs(values).sum())
    if ways <= EXACT:
        chosen = np.fromiter(chain.from_iterable(combinations(range(len(values)), n)), np.int16, ways * n)
        found = 0
        for block in np.array_split(chosen.reshape(ways, n), max(1, ways * n // BLOCK)):
            found += int((values[block].sum(1) >= observed).sum())
        return found / ways, ways, True
    rng, found, step = np.random.default_rng(seed), 0, max(1, BLOCK // len(values))
    for at in range(0, SAMPLES, step):
        rows = np.broadcast_to(values, (min(step, SAMPLES - at), len(values)))
        found += int((rng.permuted(rows, axis=1)[:, :n].sum(1) >= observed).sum())
    return (found + 1) / (SAMPLES + 1), SAMPLES, False
