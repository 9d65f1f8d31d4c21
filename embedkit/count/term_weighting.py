"""Term weighting of counts of words in documents: tf-idf and log-entropy.

As gensim's TfidfModel and LogEntropyModel have them, but for the base of logarithms: rows have length 1 in the end.
"""

from __future__ import annotations

import numpy as np

from ..matrix.csr import Csr

WEIGHTINGS = ("tf-idf", "log-entropy", "none")


def global_weights(counts: Csr, how: str) -> np.ndarray:
    """(V,) float32 weight of each word, a column of `counts` (N, V).

    tf-idf : log(N / df), 0 where every document has the word
    log-entropy : 1 + sum over documents of p log p / log(N + 1), p the document's share of the word (Dumais 1991)
    none : 1
    """
    N, V = counts.shape
    if how == "none":
        return np.ones(V, np.float32)
    if how == "tf-idf":
        documents = np.bincount(counts.indices, minlength=V)
        return np.log(N / np.maximum(documents, 1)).astype(np.float32)
    totals = np.bincount(counts.indices, counts.data, V)
    share = counts.data / totals[counts.indices]
    entropy = np.bincount(counts.indices, share * np.log(share), V)
    return (1 + entropy / np.log(N + 1)).astype(np.float32)


def local_weights(counts: np.ndarray, how: str) -> np.ndarray:
    """(n,) float32 of counts of words within documents: log(1 + count) with log-entropy, else the counts."""
    return np.log1p(counts, dtype=np.float32) if how == "log-entropy" else np.asarray(counts, np.float32)


def weighted(counts: Csr, weights: np.ndarray, how: str) -> Csr:
    """Local times global `weights` (V,) of each count; rows scaled to length 1 but with "none"."""
    data = local_weights(counts.data, how) * weights[counts.indices]
    if how != "none":
        lengths = np.diff(counts.indptr)
        squares = np.zeros(len(lengths))
        filled = np.flatnonzero(lengths)
        squares[filled] = np.add.reduceat(data.astype(np.float64) ** 2, counts.indptr[filled])
        scale = np.divide(1, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0)
        data *= np.repeat(scale.astype(np.float32), lengths)
    return Csr(counts.indptr, counts.indices, data, counts.shape)
