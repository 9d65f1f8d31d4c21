"""Do words of one kind lie together? Clusters of vectors against categories made by people.

Purity of k-means clusters, as in Baroni, Dinu & Kruszewski (2014), "Don't count, predict!", section 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..vectors.vectors import unit_rows
from .protocols import PLAIN, Protocol
from .readers import Categories
from .similarity import check_finite
from .source import Found, Lookup, Source

STARTS = 10
ROUNDS = 100
SEED = 1


class Purity(NamedTuple):
    """Of `used` words in vocabulary, out of `total`, `correct` are of the commonest category of their cluster.

    `rarest` (n,) int64: the id of each word of the file, -1 out of vocabulary. `distinct` and `capitals` are those of
    `source.Found`.
    """

    correct: int
    used: int
    total: int
    distinct: int
    capitals: int
    rarest: np.ndarray


def judge_categories(source: Source, categories: Categories, protocol: Protocol = PLAIN) -> Purity:
    """Put the words into as many clusters as they have categories, by the directions of their vectors.

    Words out of vocabulary are left out. Raises EmbedkitError for a vector that holds NaN or infinity.
    """
    ids, distinct, capitals = find_categories(source, categories, protocol)
    known = ids >= 0
    check_finite(source, np.unique(ids[known]))
    names, labels = np.unique(np.array(categories.labels)[known], return_inverse=True)
    correct = 0
    if known.any():
        clusters = k_means(unit_rows(source.rows(ids[known]).astype(np.float64)), len(names))
        table = np.bincount(clusters * len(names) + labels, minlength=len(names) ** 2)
        correct = int(table.reshape(len(names), -1).max(1).sum())
    return Purity(correct, int(known.sum()), len(ids), distinct, capitals, ids)


def find_categories(source: Source, categories: Categories, protocol: Protocol) -> Found:
    """The words of `categories` as `protocol` knows them."""
    return Lookup(source, protocol.case, protocol.limit if protocol.limit_pairs else 0).find(categories.words)


def k_means(rows: np.ndarray, k: int) -> np.ndarray:
    """The cluster (n,) int64, 0 to k - 1, of each of `rows` (n, D) float64.

    Lloyd's algorithm from `STARTS` choices of centres by k-means++ (Arthur & Vassilvitskii 2007); the clusters with the
    least sum of squares are kept. The seed is fixed.
    """
    rng, best, least = np.random.default_rng(SEED), np.zeros(len(rows), np.int64), np.inf
    for _ in range(STARTS):
        centres, clusters = _choose(rows, k, rng), None
        for _ in range(ROUNDS):
            squares = _squares(rows, centres)
            before, clusters = clusters, squares.argmin(1)
            if before is not None and (before == clusters).all():
                break
            members = np.arange(k)[:, None] == clusters
            filled = members.any(1)
            centres[filled] = (members[filled] @ rows) / members[filled].sum(1, keepdims=True)
        total = squares.min(1).sum()
        if total < least:
            best, least = clusters, total
    return best


def _choose(rows: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """k of `rows`, each drawn by its squared distance to the nearest of those before it."""
    chosen = [int(rng.integers(len(rows)))]
    while len(chosen) < k:
        weights = np.maximum(_squares(rows, rows[chosen]).min(1), 0)
        weights[chosen] = 0
        chosen.append(int(rng.choice(len(rows), p=weights / weights.sum()) if weights.any() else chosen[0]))
    return rows[chosen]


def _squares(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances (n, k)."""
    return (rows**2).sum(1)[:, None] - 2 * rows @ centres.T + (centres**2).sum(1)
