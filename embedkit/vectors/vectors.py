"""Dense word vectors."""

from __future__ import annotations

import numpy as np

from ..text.vocab import Vocab

METRICS = ("cosine", "dot", "euclidean", "manhattan")
BLOCK = 1 << 18  # numbers worked on at a time where a whole matrix would need a copy
TINY = 1e-10  # squared distances below this share of |q|² + |x|² are computed again, without cancellation


class Vectors:
    """V words and their vectors.

    Parameters
    ----------
    vocab : the words, in row order
    matrix : (V, D) float32, may be a memory map
    norms : (V,) float32 Euclidean lengths of the rows, or None: computed when first needed
    metadata : JSON-able facts: kind, config, corpus_sha256, seed, tool …
    contexts : (V, D) float32 output vectors of the same words, or None
    biases : (V, 2) float32 of GloVe, of each word as a word and as a context, or None
    """

    unread = ""  # what the file has beyond these vectors, for people

    def __init__(
        self,
        vocab: Vocab,
        matrix: np.ndarray,
        norms: np.ndarray | None = None,
        metadata: dict | None = None,
        contexts: np.ndarray | None = None,
        biases: np.ndarray | None = None,
    ):
        if matrix.ndim != 2 or len(matrix) != len(vocab):
            raise ValueError(f"{len(vocab)} words need as many rows, not {matrix.shape}")
        self.vocab, self.matrix, self.contexts, self.biases = vocab, matrix, contexts, biases
        self.metadata = {"kind": "vectors", **(metadata or {})}
        self._norms = norms

    def __len__(self) -> int:
        return len(self.vocab)

    @property
    def width(self) -> int:
        """D, the length of a vector."""
        return self.matrix.shape[1]

    @property
    def norms(self) -> np.ndarray:
        """(V,) float32, the Euclidean length of every row."""
        if self._norms is None:
            squares = np.empty(len(self))
            for start, block in self._blocks(0, len(self)):
                squares[start : start + len(block)] = squared_lengths(block)
            self._norms = lengths(squares)
        return self._norms

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, D) float32: the vectors of `ids`, (n,) integers."""
        return np.asarray(self.matrix[ids], np.float32)

    def take(self, ids: np.ndarray) -> Vectors:
        """The words `ids` (n,), in that order, with everything that belongs to them."""
        ids = as_slice(ids)
        parts = (self._norms, self.contexts, self.biases)
        norms, contexts, biases = (None if part is None else part[ids] for part in parts)
        return Vectors(self.vocab.take(ids), self.matrix[ids], norms, self.metadata, contexts, biases)

    def scores(
        self, queries: np.ndarray, metric: str = "cosine", start: int = 0, stop: int | None = None
    ) -> np.ndarray:
        """Scores of rows start..stop for each query: (n, stop - start) float32, higher is nearer.

        `queries` is (n, D) float32; `metric` one of METRICS, where distances come negated. The cosine with a zero
        vector is 0.
        """
        queries = np.asarray(queries, np.float32)
        stop = len(self) if stop is None else min(stop, len(self))
        if metric == "dot":
            return self._products(queries, start, stop)
        if metric == "cosine":
            result = self._products(unit_rows(queries), start, stop)
            result /= np.where(self.norms[start:stop] > 0, self.norms[start:stop], 1)
            return result
        distances = {"euclidean": _euclidean, "manhattan": _manhattan}[metric]
        result = np.empty((len(queries), stop - start), np.float32)
        for first, block in self._blocks(start, stop):
            at = first - start
            result[:, at : at + len(block)] = distances(queries, block)
        return np.subtract(0, result, out=result)  # not negative(): that makes -0.0 of 0

    def _products(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        return queries @ self.matrix[start:stop].T

    def _blocks(self, start: int, stop: int):
        """(first row, rows) pairs that cover start..stop."""
        size = max(1, BLOCK // max(1, self.width))
        for first in range(start, stop, size):
            yield first, self._rows(first, min(first + size, stop))

    def _rows(self, start: int, stop: int) -> np.ndarray:
        return self.matrix[start:stop]


def as_slice(ids: np.ndarray) -> np.ndarray | slice:
    """`ids` as a slice where they follow one another: what it picks is no copy."""
    ids = np.asarray(ids, np.int64)
    return slice(int(ids[0]), int(ids[-1]) + 1) if len(ids) and (np.diff(ids) == 1).all() else ids


def lengths(squares: np.ndarray) -> np.ndarray:
    """float32 roots; those of finite rows are finite, even where float32 ends."""
    limit = np.where(np.isinf(squares), np.inf, np.finfo(np.float32).max)
    return np.minimum(np.sqrt(squares), limit).astype(np.float32)


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """`rows` (n, D) scaled to length 1, in their dtype; zero rows stay zero."""
    norms = np.sqrt(squared_lengths(rows))[:, None]
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


def squared_lengths(rows: np.ndarray) -> np.ndarray:
    """(n,) float64 squared lengths."""
    return np.einsum("ij,ij->i", rows, rows, dtype=np.float64)


def _euclidean(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(n, rows) float64. |q|² + |x|² - 2qx in float64 is exact enough but for neighbours: those are subtracted."""
    total = squared_lengths(queries)[:, None] + squared_lengths(rows)
    squares = total - 2 * (queries.astype(np.float64) @ rows.astype(np.float64).T)
    near, at = np.nonzero(squares <= TINY * total)
    step = max(1, BLOCK // max(1, rows.shape[1]))
    for first in range(0, len(near), step):
        i, j = near[first : first + step], at[first : first + step]
        squares[i, j] = squared_lengths(queries[i].astype(np.float64) - rows[j])
    return np.sqrt(squares)


def _manhattan(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(n, rows) float32."""
    result = np.empty((len(queries), len(rows)), np.float32)
    difference = np.empty_like(rows, order="C")
    for i, query in enumerate(queries):
        np.subtract(rows, query, out=difference)
        np.abs(difference, out=difference).sum(axis=1, out=result[i])
    return result
