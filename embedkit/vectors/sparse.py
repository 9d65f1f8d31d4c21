"""Sparse word vectors: one CSR row of weights per word, queried without making it dense."""

from __future__ import annotations

import numpy as np

from ..errors import DAMAGED, EmbedkitError
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
    indptr : (V + 1,) int64, row i is indptr[i]:indptr[i + 1] of the next two
    indices : (nnz,) int32 contexts, ascending and different within a row
    data : (nnz,) float32 weights
    contexts : what the columns are, or None: the words themselves
    norms, metadata : as in `Vectors`

    The arrays may be memory maps.
    """

    def __init__(
        self,
        vocab: Vocab,
        indptr: np.ndarray,
        indices: np.ndarray,
        data: np.ndarray,
        contexts: Vocab | None = None,
        norms: np.ndarray | None = None,
        metadata: dict | None = None,
    ):
        if len(indptr) != len(vocab) + 1 or len(indices) != len(data):
            raise ValueError(f"{len(vocab)} words, {len(indptr) - 1} rows, {len(indices)} and {len(data)} entries")
        self.vocab, self.indptr, self.indices, self.data = vocab, indptr, indices, data
        self.contexts = contexts
        self.metadata = {"kind": "sparse-vectors", **(metadata or {})}
        self._norms = norms

    def __len__(self) -> int:
        return len(self.vocab)

    @property
    def width(self) -> int:
        """The number of contexts."""
        return len(self.vocab if self.contexts is None else self.contexts)

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
            columns, weights = self.entries(id)
            row[columns] = weights
        return result

    def take(self, ids: np.ndarray) -> SparseVectors:
        """The words `ids` (n,), in that order; the columns stay."""
        lengths = np.diff(self.indptr)[ids]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.indptr[ids] - indptr[:-1], lengths) + np.arange(indptr[-1])
        contexts = self.vocab if self.contexts is None else self.contexts
        norms = None if self._norms is None else self._norms[ids]
        rows = indptr, self.indices[places], self.data[places]
        return SparseVectors(self.vocab.take(ids), *rows, contexts, norms, self.metadata)

    def entries(self, id: int) -> tuple[np.ndarray, np.ndarray]:
        """Contexts (m,) int32 and weights (m,) float32 of one row; what is not among them is zero."""
        begin, end = int(self.indptr[id]), int(self.indptr[id + 1])
        return self._columns(begin, end), self.data[begin:end]

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
        from . import _kernels

        for at in range(0, len(queries), COLUMNS):
            part = slice(at, at + COLUMNS)
            dense = np.ascontiguousarray(queries[part].T)

            def work(block, _, part=part, dense=dense):
                first, last, begin, end = block
                self._columns(begin, end)
                sums = np.empty((last - first, dense.shape[1]))
                _kernels.multiply(self.indptr, self.indices, self.data, first, last, dense, sums)
                result[part, first - start : last - start] = sums.T

            each(work, self._blocks(start, stop), thread_count(None))
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
        for first, last, begin, end in self._blocks(start, stop):
            terms = term(self._columns(begin, end), self.data[begin:end].astype(np.float64))
            starts = self.indptr[first:last] - begin
            # reduceat would give an empty row its neighbour's first term.
            filled = np.flatnonzero(self.indptr[first + 1 : last + 1] > self.indptr[first:last])
            sums = out[first - start : last - start]
            sums[:] = 0
            if len(filled):
                sums[filled] = np.add.reduceat(terms, starts[filled])
        return out

    def _blocks(self, start: int, stop: int):
        """(first row, last row + 1, first entry, last entry + 1) of runs of rows that cover start..stop."""
        while start < stop:
            begin = int(self.indptr[start])
            after = int(np.searchsorted(self.indptr, begin + BLOCK, "right")) - 1
            last = min(stop, max(start + 1, after))
            yield start, last, begin, int(self.indptr[last])
            start = last

    def _columns(self, begin: int, end: int) -> np.ndarray:
        """indices[begin:end], checked here because checking all of them on load would read the whole file."""
        columns = self.indices[begin:end]
        # As unsigned numbers the negative ones are large.
        if len(columns) and columns.view(np.uint32).max() >= self.width:
            raise EmbedkitError("the sparse rows are damaged: there is an index past the last context", DAMAGED)
        return columns
