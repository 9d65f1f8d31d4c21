"""Cross-domain similarity local scaling, CSLS (Conneau et al. 2018): cosines without the favour that hubs enjoy.

csls(x, y) = 2·cos(x, y) − r(x) − r(y), where r of a vector is its mean cosine with its NEAREST in the other space. All
rows here have length 1 or 0.
"""

from __future__ import annotations

import numpy as np

NEAREST = 10
BLOCK = 1 << 23  # cosines at a time


def hubness(rows: np.ndarray, others: np.ndarray, is_same: bool = False) -> np.ndarray:
    """(n,) float32 r of `rows` (n, D) among `others` (m, D); `is_same`: they are the same words, and no neighbours of
    themselves."""
    k = min(NEAREST, len(others) - is_same)
    found = np.empty(len(rows), np.float32)
    for at, cosines in _blocks(rows, others):
        if is_same:
            cosines[np.arange(len(cosines)), at + np.arange(len(cosines))] = -np.inf
        best = np.partition(cosines, cosines.shape[1] - k, 1)[:, cosines.shape[1] - k :] if k else np.zeros((1, 1))
        found[at : at + len(cosines)] = best.mean(1)
    return found


def nearest(rows: np.ndarray, others: np.ndarray, hubs: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, k) int64 in `others` and scores, 2·cos − `hubs`, of the k best for each of `rows`, the best first,
    equal ones by place; `hubs` (m,) are 0 for twice the cosine."""
    k = min(k, len(others))
    places, scores = np.empty((len(rows), k), np.int64), np.empty((len(rows), k), np.float32)
    for at, cosines in _blocks(rows, others):
        cosines *= 2
        cosines -= hubs
        floor = np.partition(cosines, cosines.shape[1] - k, 1)[:, cosines.shape[1] - k, None]
        for i, row in enumerate(cosines):
            promising = np.flatnonzero(row >= floor[i])
            best = promising[np.argsort(-row[promising], kind="stable")[:k]]
            places[at + i], scores[at + i] = best, row[best]
    return places, scores


def mutual(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(pairs, 2) int64 places of rows and others that are each other's nearest by CSLS."""
    forth = nearest(rows, others, hubness(others, rows), 1)[0][:, 0]
    back = nearest(others, rows, hubness(rows, others), 1)[0][:, 0]
    here = np.flatnonzero(back[forth] == np.arange(len(rows)))
    return np.stack([here, forth[here]], 1)


def _blocks(rows: np.ndarray, others: np.ndarray):
    """(first row, cosines (n, m)) of blocks of rows with all others; the arrays may be written over."""
    step = max(1, BLOCK // max(1, len(others)))
    return ((at, rows[at : at + step] @ others.T) for at in range(0, len(rows), step))
