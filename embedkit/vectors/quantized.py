"""Dense word vectors at a quarter of the size: int8, queried in place."""

from __future__ import annotations

import numpy as np

from ..text.vocab import Vocab
from .vectors import Vectors, as_slice


class QuantizedVectors(Vectors):
    """`Vectors` whose row i is codes[i] * scales[i].

    Parameters
    ----------
    vocab : the words, in row order
    codes : (V, D) int8, may be a memory map
    scales : (V,) float32
    norms : (V,) float32 lengths of these rows, not of those they were made of
    metadata : as in `Vectors`

    Numbers become float32 a block at a time, for every query anew: memory stays that of int8.
    """

    contexts = None

    def __init__(
        self,
        vocab: Vocab,
        codes: np.ndarray,
        scales: np.ndarray,
        norms: np.ndarray | None = None,
        metadata: dict | None = None,
    ):
        if codes.ndim != 2 or not len(codes) == len(scales) == len(vocab):
            raise ValueError(f"{len(vocab)} words need as many rows, not {codes.shape}, and {len(scales)} scales")
        self.vocab, self.codes, self.scales = vocab, codes, scales
        self.metadata = {**(metadata or {}), "kind": "quantized-vectors"}
        self._norms = norms

    @property
    def matrix(self) -> np.ndarray:
        """(V, D) float32, all rows: a new array, four times as large as the codes."""
        return self.codes * self.scales[:, None]

    @property
    def width(self) -> int:
        """D, the length of a vector."""
        return self.codes.shape[1]

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, D) float32: the vectors of `ids`, (n,) integers."""
        return self.codes[ids] * self.scales[ids][:, None]

    def take(self, ids: np.ndarray) -> QuantizedVectors:
        """The words `ids` (n,), in that order."""
        ids = as_slice(ids)
        norms = None if self._norms is None else self._norms[ids]
        return QuantizedVectors(self.vocab.take(ids), self.codes[ids], self.scales[ids], norms, self.metadata)

    def _products(self, queries: np.ndarray, start: int, stop: int) -> np.ndarray:
        result = np.empty((len(queries), stop - start), np.float32)
        for first, rows in self._blocks(start, stop):
            at = first - start
            result[:, at : at + len(rows)] = queries @ rows.T
        return result

    def _rows(self, start: int, stop: int) -> np.ndarray:
        return self.codes[start:stop] * self.scales[start:stop, None]
