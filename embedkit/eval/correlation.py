"""Rank and linear correlation."""

from __future__ import annotations

import numpy as np

LEAST = 2  # values that a correlation needs


def spearman(x: np.ndarray, y: np.ndarray) -> float | None:
    """Rank correlation, equal values sharing the mean of their ranks; None where `pearson` of the ranks is."""
    return pearson(ranks(x), ranks(y))


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Linear correlation of x and y (n,); None for fewer than two values or where all are the same."""
    if len(x) < LEAST or is_constant(x) or is_constant(y):
        return None
    x, y = (values - values.mean() for values in (np.asarray(x, np.float64), np.asarray(y, np.float64)))
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1, 1))


def is_constant(values: np.ndarray) -> bool:
    """True if all `values` are equal."""
    return bool((values == values[0]).all())


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks (n,) float64 from 1, ties averaged."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]
