"""Vectors for words outside the vocabulary too, from the character n-grams they share with others, as in fastText.

A word's vector is the mean (or the sum) of its own row and the rows of its n-grams; an unknown word has only the
n-grams. N-grams share rows by hash. — Bojanowski et al. (2017)
"""

from __future__ import annotations

import numpy as np

from ..errors import BrokenVector
from ..text.vocab import ERRORS, Vocab
from .ngrams import Ngrams, hashes
from .vectors import Vectors

HASHED = 1 << 19  # n-grams hashed at a time
GATHER = 1 << 21  # numbers summed at a time


class SubwordVectors(Vectors):
    """`Vectors` that know the rows of n-grams.

    buckets : (bucket, D) float32, the row of an n-gram is its hash modulo bucket; may be a memory map, or `BucketRows`
    ngrams : `ngrams.Ngrams`

    An unknown word gets an id behind those of the vocabulary when it is first asked for; its spelling is kept, its
    vector computed whenever it is needed.
    """

    def __init__(self, vocab, matrix, buckets, ngrams: Ngrams, norms=None, metadata=None, contexts=None):
        super().__init__(vocab, matrix, norms, metadata, contexts)
        self.buckets, self.ngrams = buckets, ngrams
        self._composed: dict[bytes, int] = {}
        self._spellings: list[bytes] = []

    def compose(self, word: str) -> int | None:
        """An id, V or more, for a word that the vocabulary lacks; None where no n-gram of it is trained: such a word is
        like no other."""
        spelling = word.encode("utf-8", ERRORS)
        if spelling not in self._composed:
            if not pooled([spelling], self.buckets, self.ngrams).any():
                return None
            self._composed[spelling] = len(self.vocab) + len(self._spellings)
            self._spellings.append(spelling)
        return self._composed[spelling]

    def spelling(self, id: int) -> str:
        """The word of an id from `compose`."""
        return self._spellings[id - len(self.vocab)].decode("utf-8", ERRORS)

    def take(self, ids: np.ndarray) -> SubwordVectors:
        """The words `ids` (n,) of the vocabulary, in that order; all n-grams stay."""
        part = super().take(ids)
        arrays = part.vocab, part.matrix, self.buckets, self.ngrams
        return SubwordVectors(*arrays, part._norms, self.metadata, part.contexts)

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, D) float32: the vectors of `ids`, those of the vocabulary and those from `compose`."""
        ids = np.asarray(ids)
        outside = np.flatnonzero(ids >= len(self.vocab))
        if not len(outside):
            return super().rows(ids)
        words = [self._spellings[id - len(self.vocab)] for id in ids[outside].tolist()]
        result = super().rows(np.where(ids < len(self.vocab), ids, 0))
        result[outside] = pooled(words, self.buckets, self.ngrams)
        for row in outside[~np.isfinite(result[outside]).all(axis=1)][:1].tolist():
            raise BrokenVector(self.spelling(ids[row]))
        return result


class BucketRows:
    """Rows of buckets, of which only some have been trained: the others are zero, and nowhere in memory.

    ids : (U,) int32, rising, the buckets that have a row; rows : (U, D) float32, may be a memory map; size : buckets
    """

    dtype = np.dtype(np.float32)

    def __init__(self, ids: np.ndarray, rows: np.ndarray, size: int):
        self.ids, self.rows, self.shape = ids, rows, (size, rows.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, wanted: np.ndarray | slice) -> np.ndarray:
        """(n, D) float32, the rows of the buckets `wanted`, as of an array."""
        wanted = np.arange(len(self))[wanted] if isinstance(wanted, slice) else wanted
        place = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        found = self.ids[place] == wanted
        result = np.zeros((len(wanted), self.shape[1]), np.float32)
        result[found] = self.rows[place[found]]
        return result


def pooled(words: list[bytes], buckets: np.ndarray, ngrams: Ngrams, own: np.ndarray | None = None) -> np.ndarray:
    """(n, D) float32: of each word the rows of its n-grams and, if given, its row in `own` (n, D), as one vector.

    That is their mean or sum, as `ngrams` has it, zero where there are none. Sums are float64.
    """
    result = np.zeros((len(words), buckets.shape[1]), np.float32)
    for part, whose, rows in ngram_rows(words, len(buckets), ngrams):
        edges = np.searchsorted(whose, np.arange(part.stop - part.start + 1))
        first, n = 0, len(edges) - 1
        while first < n:
            fits = int(np.searchsorted(edges, edges[first] + GATHER // buckets.shape[1], "right")) - 1
            last = min(n, max(first + 1, fits))
            block = slice(part.start + first, part.start + last)
            mine = None if own is None else own[block]
            with np.errstate(over="ignore", invalid="ignore"):  # infinite and NaN rows are named by the caller
                result[block] = _block(buckets, rows, edges[first : last + 1], mine, ngrams.pooling)
            first = last
    return result


def own_rows(words: list[bytes], rows: np.ndarray, buckets: np.ndarray, ngrams: Ngrams) -> np.ndarray:
    """(n, D) float32: the own rows of `words` with which `pooled` gives the vectors `rows` (n, D)."""
    parts = pooled(words, buckets, ngrams).astype(np.float64)
    if ngrams.pooling == "sum":
        return (rows - parts).astype(np.float32)
    sizes = np.bincount(hashes(words, ngrams)[0], minlength=len(words))[:, None]
    return ((sizes + 1) * rows.astype(np.float64) - sizes * parts).astype(np.float32)


def _block(
    buckets: np.ndarray, rows: np.ndarray, edges: np.ndarray, own: np.ndarray | None, pooling: str
) -> np.ndarray:
    sizes = np.diff(edges)
    sums = np.zeros((len(sizes), buckets.shape[1]))
    filled, step = np.flatnonzero(sizes), max(1, GATHER // buckets.shape[1])
    if len(sizes) == 1:  # the one word may have any number of n-grams
        for at in range(edges[0], edges[1], step):
            sums[0] += buckets[rows[at : min(at + step, edges[1])]].sum(axis=0, dtype=np.float64)
    elif len(filled):
        parts = buckets[rows[edges[0] : edges[-1]]]
        sums[filled] = np.add.reduceat(parts, edges[filled] - edges[0], axis=0, dtype=np.float64)
    if own is not None:
        sums, sizes = sums + own, sizes + 1
    return sums if pooling == "sum" else sums / np.maximum(sizes, 1)[:, None]


def ngram_rows(words: list[bytes], bucket: int, ngrams: Ngrams):
    """(slice of words, whose n-gram, rising from 0, and its row, hash modulo `bucket`) by turns."""
    ends, start = Vocab.from_words(words).offsets, 0
    most = HASHED // max(1, ngrams.maxn - max(1, ngrams.minn) + 1)
    while start < len(words):
        stop = max(start + 1, int(np.searchsorted(ends, ends[start] + most, "right")) - 1)
        whose, hashed = hashes(words[start:stop], ngrams)
        order = np.argsort(whose, kind="stable") if stop - start > 1 else slice(None)
        yield slice(start, stop), whose[order], hashed[order] % np.uint32(max(1, bucket))
        start = stop
