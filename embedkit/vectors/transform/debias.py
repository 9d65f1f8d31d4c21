"""Hard debiasing: a direction taken out of all words but those that are about it (Bolukbasi et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..vectors import unit_rows

Pairs = Sequence[tuple[int, int]]


def direction(rows: np.ndarray, pairs: Pairs) -> np.ndarray:
    """(D,) float64 of length 1: the first principal component of the words of `pairs`, each pair centred on itself."""
    parts = rows[np.array(pairs, np.int64)].astype(np.float64)
    parts -= parts.mean(1, keepdims=True)
    _, _, axes = np.linalg.svd(parts.reshape(-1, rows.shape[1]), full_matrices=False)
    return axes[0] * (1 if axes[0, np.abs(axes[0]).argmax()] > 0 else -1)


def debias(rows: np.ndarray, definitional: Pairs, equalize: Pairs, specific: Sequence[int]) -> np.ndarray:
    """(V, D) float32 of length 1: `rows`, neutralized but for the `specific`, with words of `equalize` pairs made to
    differ in the direction of the `definitional` pairs alone, so that all that is neutral is as near to both."""
    found = unit_rows(rows.astype(np.float64))
    axis = direction(found, definitional)
    neutral = np.ones(len(rows), bool)
    neutral[np.array(specific, np.int64)] = False
    # Of neutralized words nothing is left that would tell which is which.
    is_first = [(found[a] - found[b]) @ axis >= 0 for a, b in equalize]
    found[neutral] -= np.outer(found[neutral] @ axis, axis)
    found = unit_rows(found)
    for (a, b), sign in zip(equalize, np.where(is_first, 1, -1)):
        middle = (found[a] + found[b]) / 2
        middle -= middle @ axis * axis
        beside = np.sqrt(max(0.0, 1 - middle @ middle)) * sign
        found[a], found[b] = middle + beside * axis, middle - beside * axis
    return unit_rows(found).astype(np.float32)
