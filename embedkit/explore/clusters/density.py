"""Clusters where words lie densely, by scikit-learn: DBSCAN and HDBSCAN. What lies alone is noise."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from .kmeans import squares

NOISE = -1
SAMPLE = 1000  # words whose neighbourhoods tell how dense is dense


def _scikit_learn():
    try:
        from sklearn import cluster
    except ImportError as error:
        raise EmbedkitError(f"this needs scikit-learn: {error}", "pip install scikit-learn") from error
    return cluster


def dbscan(rows: np.ndarray, radius: float, size: int) -> np.ndarray:
    """The cluster (n,) int64 of each of `rows`, or NOISE (Ester et al. 1996): `size` words within a Euclidean `radius`
    make one. EmbedkitError where scikit-learn is missing."""
    found = _scikit_learn().DBSCAN(eps=radius, min_samples=size, algorithm="brute").fit_predict(rows)
    return found.astype(np.int64)


def hdbscan(rows: np.ndarray, size: int) -> np.ndarray:
    """As `dbscan`, with a radius of its own for each cluster of `size` words or more (Campello et al. 2013)."""
    found = _scikit_learn().HDBSCAN(min_cluster_size=size, copy=True).fit_predict(rows)
    return np.maximum(found, NOISE).astype(np.int64)


def usual_radius(rows: np.ndarray, size: int) -> float:
    """The Euclidean distance within which nine of ten words have `size` words, themselves among them; of up to SAMPLE
    words, evenly spread."""
    sample = np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64))
    place = min(size, len(rows)) - 1
    nearest = [np.partition(squares(rows[i : i + 1], rows)[0], place)[place] for i in sample]
    return float(np.sqrt(np.quantile(nearest, 0.9)))
