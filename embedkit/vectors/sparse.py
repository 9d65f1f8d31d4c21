"""Sparse word vectors: one CSR row of weights per word, queried without making it dense."""

from __future__ import annotations

import numpy as np

from ..matrix.csr import Csr
from ..runtime.parallel import each, thread_count
from ..text.vocab import Vocab
from .vectors import TINY, lengths, squared_lengths, unit_rows

BLOCK = 1 << 18  # non-zeros worked on at a time
FEW = 16  # queries answered with numpy alone
COLUMNS = 128  # queries multiplied at a time


class SparseVectors:
    """V words and their weights for `width` contexts.

    Parameters
    ----------
    vocab : the words, in row order
    weights : (V, width)
    contexts : what the columns are, or None: the words themselves
    norms, metadata : as in `Vectors`
    """

    def __init__(
        self,
        vocab: Vocab,
        weights: Csr,
        contexts: Vocab | None = None,
        norms: np.ndarray | None = None,
        metadata: dict | None = None,
    ):
        width = len(vocab if contexts is None else contexts)
        if weights.shape != (len(vocab), width):
            raise ValueError(f"{len(vocab)} words, {width} contexts, and weights of {weights.shape}")
        self.vocab, self.weights = vocab, weights
        self.contexts = contexts
        self.metadata = {"kind": "sparse-vectors", **(metadata or {})}
        self._norms = norms

    def __len__(self) -> int:
        return len(self.vocab)

    @property
    def width(self) -> int:
        """The number of contexts."""
        return self.weights.shape[1]

    @property
    def norms(self) -> np.ndarray:
        """(V,) float32, the Euclidean length of every row."""
        if self._norms is None:
            self._norms = lengths(self._squares(0, len(self.vocab)))
        return self._norms

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, width) float32, dense: the rows of `ids`, (n,) integers."""
        ids = np.asarray(ids)
        result = np.zeros((len(ids), self.width), np.float32)
        for row, id in zip(result, ids):
            columns, weights = self.weights.row(id)
            row[columns] = weights
        return result

    def take(self, ids: np.ndarray) -> SparseVectors:
        """The words `ids` (n,), in that order; the columns stay."""
        contexts = self.vocab if self.contexts is None else self.contexts
        norms = None if self._norms is None else self._norms[ids]
        return SparseVectors(self.vocab.take(ids), self.weights.take(ids), contexts, norms, self.metadata)

    def scores(
        self, queries: np.ndarray, metric: str = "cosine", start: int = 0, stop: int | None = None
    ) -> np.ndarray:
        """As `Vectors.scores`: `queries` is (n, width) float32, the result (n, stop - start) float32.

        Sums are float64. More than 16 queries at once with dot or cosine take a compiled kernel and all cores.
        """
        queries = np.asarray(queries, np.float32)
        stop = len(self.vocab) if stop is None else min(stop, len(self.vocab))
        score = {"dot": self._dot, "cosine": self._cosine, "euclidean": self._euclidean, "manhattan": self._manhattan}
        return score[metric](queries, start, stop).astype(np.float32)

    def _dot(self, queries: np.ndarray, start: int, stop: int, exact: bool = False) -> np.ndarray:
        """(n, stop - start) float64; `exact`: products are float64 as well, not their sums alone."""
        result = np.empty((len(queries), stop - start))
        if len(queries) > FEW and not exact:
            return self._products(queries, start, stop, result)
        for row, query in zip(result, queries.astype(np.float64)):
            self._sums(start, stop, lambda columns, weights, query=query: query.take(columns) * weights, out=row)
        return result

    def _products(self, queries: np.ndarray, start: int, stop: int, result: np.ndarray) -> np.ndarray:
        for at in range(0, len(queries), COLUMNS):
            part = slice(at, at + COLUMNS)
            dense = np.ascontiguousarray(queries[part].T)

            def work(block, _, part=part, dense=dense):
                first, last, begin, end = block
                self.weights.columns(begin, end)
                sums = np.empty((last - first, dense.shape[1]))
                self.weights.multiply(first, last, dense, sums)
                result[part, first - start : last - start] = sums.T

            each(work, self.weights.blocks(start, stop, BLOCK), thread_count(None))
        return result

    def _cosine(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        norms, result = self.norms[start:stop], self._dot(unit_rows(queries), start, stop)
        return np.divide(result, np.where(norms > 0, norms, 1), out=result)

    def _euclidean(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        """As for dense rows: |q|² + |x|² - 2qx in float64, near neighbours once more by subtraction."""
        total = squared_lengths(queries)[:, None] + self._squares(start, stop)
        squares = total - 2 * self._dot(queries, start, stop, exact=True)
        for i, j in zip(*np.nonzero((squares <= TINY * total) & (total > 0))):
            squares[i, j] = squared_lengths(queries[i].astype(np.float64) - self.rows([start + j]))[0]
        return 0 - np.sqrt(squares)

    def _manhattan(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        """At the zeros of a row the difference is |q|: add those up once, then correct the sum at the non-zeros."""
        result = np.empty((len(queries), stop - start))
        for row, query in zip(result, queries.astype(np.float64)):

            def correction(columns, weights, query=query):
                values = query.take(columns)
                return np.abs(values - weights) - np.abs(values)

            size = np.abs(query).sum()
            self._sums(start, stop, correction, out=row)
            row += size
            row[row < 1e-13 * size] = 0  # the two sums' rounding
        return 0 - result

    def _squares(self, start: int, stop: int) -> np.ndarray:
        """(stop - start,) float64 squared lengths of rows."""
        return self._sums(start, stop, lambda columns, weights: weights * weights, out=np.empty(stop - start))

    def _sums(self, start: int, stop: int, term, out: np.ndarray) -> np.ndarray:
        """Row sums of `term(columns, weights)` into `out`; weights come as float64."""
        matrix = self.weights
        for first, last, begin, end in matrix.blocks(start, stop, BLOCK):
            terms = term(matrix.columns(begin, end), matrix.data[begin:end].astype(np.float64))
            starts = matrix.indptr[first:last] - begin
            # reduceat would give an empty row its neighbour's first term.
            filled = np.flatnonzero(matrix.indptr[first + 1 : last + 1] > matrix.indptr[first:last])
            sums = out[first - start : last - start]
            sums[:] = 0
            if len(filled):
                sums[filled] = np.add.reduceat(terms, starts[filled])
        return out
