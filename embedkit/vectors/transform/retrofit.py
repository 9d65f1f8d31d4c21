"""Retrofitting: vectors drawn towards those of related words (Faruqui, Dodge, Jauhar, Dyer, Hovy & Smith 2015)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

SWEEPS = 10


def retrofit(rows: np.ndarray, neighbours: Mapping[int, Sequence[int]], sweeps: int = SWEEPS) -> np.ndarray:
    """(V, D) float32: `rows` after `sweeps` over the words that have `neighbours`, distinct ids.

    Each becomes the mean of its own first vector and the mean of those of its n neighbours as they are by then: α = n
    and β = 1 of equation 2. Words are taken in the order of the vocabulary, where the authors' program takes that of a
    hash table.
    """
    found = np.array(rows, np.float64)
    lists = [(id, np.array(neighbours[id], np.int64)) for id in sorted(neighbours) if len(neighbours[id])]
    for _ in range(sweeps):
        for id, near in lists:
            found[id] = (rows[id] + found[near].sum(0) / len(near)) / 2
    return found.astype(np.float32)
