"""k-means, on the sphere where only directions count."""

from __future__ import annotations

import numpy as np

from ...vectors.vectors import unit_rows

STARTS = 4
ROUNDS = 100
BLOCK = 1 << 22  # distances at a time


def k_means(rows: np.ndarray, k: int, is_spherical: bool, seed: int, starts: int = STARTS) -> np.ndarray:
    """The cluster (n,) int64, 0 to k - 1, of each of `rows` (n, D) float32.

    Lloyd's algorithm from `starts` choices of centres by k-means++ (Arthur & Vassilvitskii 2007); the clusters with the
    least sum of squares are kept. With rows of length 1 and `is_spherical`, centres have length 1 too: spherical
    k-means (Dhillon & Modha 2001), which maximizes the sum of cosines.
    """
    rng, best, least = np.random.default_rng(seed), np.zeros(len(rows), np.int64), np.inf
    for _ in range(starts):
        clusters, total = _lloyd(rows, _choose(rows, k, rng), is_spherical)
        if total < least:
            best, least = clusters, total
    return best


def centroids(rows: np.ndarray, clusters: np.ndarray, k: int, is_spherical: bool) -> np.ndarray:
    """(k, D) float32 means of `rows` by cluster, scaled to length 1 if `is_spherical`; zeros for an empty one."""
    order = np.argsort(clusters, kind="stable")
    counts = np.bincount(clusters, minlength=k)
    filled, starts = np.flatnonzero(counts), np.cumsum(counts) - counts
    means = np.zeros((k, rows.shape[1]), np.float64)
    means[filled] = np.add.reduceat(rows[order].astype(np.float64), starts[filled]) / counts[filled, None]
    return (unit_rows(means) if is_spherical else means).astype(np.float32)


def _lloyd(rows: np.ndarray, centres: np.ndarray, is_spherical: bool) -> tuple[np.ndarray, float]:
    clusters, total = nearest_centre(rows, centres)
    for _ in range(ROUNDS):
        centres = centroids(rows, clusters, len(centres), is_spherical)
        before = clusters
        clusters, total = nearest_centre(rows, centres)
        if (before == clusters).all():
            break
    return clusters, total


def nearest_centre(rows: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, float]:
    """The nearest of `centres` to each of `rows`, and the sum of the squared distances."""
    clusters, total = np.empty(len(rows), np.int64), 0.0
    step = max(1, BLOCK // len(centres))
    for at in range(0, len(rows), step):
        distances = squares(rows[at : at + step], centres)
        clusters[at : at + step] = distances.argmin(1)
        total += float(distances.min(1).sum(dtype=np.float64))
    return clusters, total


def squares(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n, m) squared distances of rows (n, D) to others (m, D); 0 where rounding would make them less."""
    found = rows @ others.T
    found *= -2
    found += np.einsum("ij,ij->i", rows, rows)[:, None]
    found += np.einsum("ij,ij->i", others, others)
    return np.maximum(found, 0, out=found)


def _choose(rows: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """k of `rows`, each drawn by its squared distance to the nearest of those before it."""
    chosen = [int(rng.integers(len(rows)))]
    nearest = squares(rows, rows[chosen])[:, 0].astype(np.float64)
    while len(chosen) < k:
        nearest[chosen] = 0
        weights = nearest / nearest.sum() if nearest.any() else None
        chosen.append(int(rng.choice(len(rows), p=weights)))
        nearest = np.minimum(nearest, squares(rows, rows[chosen[-1:]])[:, 0])
    return rows[chosen]
