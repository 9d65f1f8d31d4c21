"""Agglomerative clustering: the two nearest clusters become one, until there is one."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from .kmeans import squares

LINKAGES = ("average", "complete", "single", "ward")
MOST = 20_000  # words: their distances take 1.6 GB


def tree(rows: np.ndarray, linkage: str, is_cosine: bool) -> np.ndarray:
    """(n - 1, 4) float64, the merges as `scipy.cluster.hierarchy.linkage` has them, of `rows` (n, D), which have length
    1 if `is_cosine`. Ward's linkage is of Euclidean distances, also of directions. EmbedkitError for too many rows."""
    if len(rows) > MOST:
        message = f"agglomerative clustering of {len(rows):,} words would take their {len(rows):,}² distances"
        raise EmbedkitError(message, f"--restrict-vocab {MOST}, or --method kmeans")
    from scipy.cluster.hierarchy import linkage as merge

    found = np.empty(len(rows) * (len(rows) - 1) // 2)
    at = 0
    for i in range(len(rows) - 1):
        line = squares(rows[i : i + 1], rows[i + 1 :])[0]
        found[at : at + len(line)] = line / 2 if is_cosine and linkage != "ward" else np.sqrt(line)
        at += len(line)
    return merge(found, linkage)


def cut(merges: np.ndarray, k: int) -> np.ndarray:
    """The cluster (n,) int64, 0 to k - 1, of each row, where the tree has k of them: the last k - 1 merges undone."""
    n = len(merges) + 1
    parent = np.arange(2 * n - 1)
    for step in range(n - k):
        parent[merges[step, :2].astype(np.int64)] = n + step
    for node in range(2 * n - 2, -1, -1):
        parent[node] = parent[parent[node]]
    return np.unique(parent[:n], return_inverse=True)[1]
