"""Silhouettes, distances to centroids, purity and names of clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .kmeans import BLOCK, centroids, k_means, squares

FREQUENT = 50  # of the members of a cluster the most frequent, which may name it
SAMPLE = 4000  # rows whose silhouettes are measured where there are more


def distances(rows: np.ndarray, others: np.ndarray, is_cosine: bool) -> np.ndarray:
    """(n, m): 1 - cosine of rows of length 1, or Euclidean distances."""
    found = squares(rows, others)
    return found / 2 if is_cosine else np.sqrt(found)


def to_centroid(rows: np.ndarray, clusters: np.ndarray, k: int, is_cosine: bool) -> np.ndarray:
    """(n,) float32 distance of each row to the centroid of its cluster."""
    centres = centroids(rows, clusters, k, is_cosine)[clusters]
    found = np.einsum("ij,ij->i", rows - centres, rows - centres)
    return found / 2 if is_cosine else np.sqrt(found)


def silhouettes(rows: np.ndarray, clusters: np.ndarray, is_cosine: bool, sample: int = SAMPLE) -> np.ndarray:
    """(n,) float64 (b - a) / max(a, b) of each row (Rousseeuw 1987): a is its mean distance to the others of its
    cluster, b that to the nearest other cluster; 0 for one that is alone. `clusters` (n,) are 0 to k - 1, two of them
    at least. NaN for rows that are not in the `sample`, evenly spread through every cluster."""
    k = int(clusters.max()) + 1
    counts = np.bincount(clusters, minlength=k)
    order = np.argsort(clusters, kind="stable")
    starts = np.cumsum(counts) - counts
    chosen = order[np.unique(np.linspace(0, len(rows) - 1, min(sample, len(rows))).astype(np.int64))]
    found, sorted_rows = np.full(len(rows), np.nan), rows[order]
    step = max(1, BLOCK // len(rows))
    for ids in (chosen[at : at + step] for at in range(0, len(chosen), step)):
        apart = distances(rows[ids], sorted_rows, is_cosine).astype(np.float64)
        sums = np.add.reduceat(apart, starts, axis=1)
        own, here = clusters[ids], np.arange(len(ids))
        within = sums[here, own] / np.maximum(counts[own] - 1, 1)
        means = sums / counts
        means[here, own] = np.inf
        beyond = means.min(1)
        larger = np.maximum(within, beyond)
        scores = np.divide(beyond - within, larger, out=np.zeros(len(ids)), where=larger > 0)
        found[ids] = np.where(counts[own] > 1, scores, 0)
    return found


def choose_k(rows: np.ndarray, is_cosine: bool, seed: int) -> int:
    """The number of clusters of k-means with the best mean silhouette, of 2, 3, 4, 6, 8, 12 … up to twice the root of
    the number of rows."""
    n = len(rows)
    most = max(2, min(n - 1, round(2 * n**0.5)))
    tried = [k for step in range(1, 20) for k in (2**step, 3 * 2 ** (step - 1)) if k <= most]
    scores = []
    for k in tried:
        clusters = dense_numbers(k_means(rows, k, is_cosine, seed, 1))
        is_one = clusters.max() == 0
        scores.append(-1.0 if is_one else float(np.nanmean(silhouettes(rows, clusters, is_cosine, SAMPLE // 4))))
    return tried[int(np.argmax(scores))]


def dense_numbers(clusters: np.ndarray) -> np.ndarray:
    """Clusters as 0 to k - 1, the largest first, those of one size in the order of their first rows; negative ones, of
    noise, stay -1."""
    found = np.full(len(clusters), -1, np.int64)
    known = clusters >= 0
    if not known.any():
        return found
    _, firsts, inverse, counts = np.unique(clusters[known], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), np.int64)
    rank[np.lexsort((firsts, -counts))] = np.arange(len(counts))
    found[known] = rank[inverse]
    return found


def names(words: Sequence[str], rows: np.ndarray, clusters: np.ndarray, is_cosine: bool, n: int = 3) -> list[str]:
    """For each cluster those `n` of its FREQUENT first words that are nearest to its centroid; `words` come the most
    frequent first."""
    k = int(clusters.max()) + 1
    centres, found = centroids(rows[clusters >= 0], clusters[clusters >= 0], k, is_cosine), []
    for cluster in range(k):
        members = np.flatnonzero(clusters == cluster)[:FREQUENT]
        order = np.argsort(squares(rows[members], centres[cluster : cluster + 1])[:, 0], kind="stable")
        found.append(", ".join(words[i] for i in members[order[:n]].tolist()))
    return found


def purity(clusters: np.ndarray, labels: Sequence[str]) -> float:
    """The share of words that are of the commonest category of their cluster; noise counts as wrong."""
    _, of = np.unique(np.array(labels), return_inverse=True)
    known = clusters >= 0
    if not known.any():
        return 0.0
    table = np.zeros((int(clusters.max()) + 1, int(of.max()) + 1), np.int64)
    np.add.at(table, (clusters[known], of[known]), 1)
    return float(table.max(1).sum()) / len(labels)
