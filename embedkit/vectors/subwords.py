"""Vectors for words outside the vocabulary too, from the character n-grams they share with others, as in fastText.

A word's vector is the mean of its own row and the rows of its n-grams; an unknown word has only the n-grams. N-grams
share rows by hash. — Bojanowski et al. (2017); hash: fastText, src/dictionary.cc
"""

from __future__ import annotations

import numpy as np

from ..errors import BrokenVector
from ..text.vocab import ERRORS, Vocab
from .vectors import Vectors

MAX_NGRAM = 32  # characters; fastText's default is 6
HASHED = 1 << 19  # n-grams hashed at a time
GATHER = 1 << 21  # numbers summed at a time


class SubwordVectors(Vectors):
    """`Vectors` that know the rows of n-grams.

    buckets : (bucket, D) float32, the row of an n-gram is its hash modulo bucket; may be a memory map
    minn, maxn : lengths of n-grams, in characters of <word>

    An unknown word gets an id behind those of the vocabulary when it is first asked for; its spelling is kept, its
    vector computed whenever it is needed.
    """

    def __init__(self, vocab, matrix, buckets, minn: int, maxn: int, norms=None, metadata=None, contexts=None):
        super().__init__(vocab, matrix, norms, metadata, contexts)
        self.buckets, self.minn, self.maxn = buckets, minn, maxn
        self._composed: dict[bytes, int] = {}
        self._spellings: list[bytes] = []

    def compose(self, word: str) -> int | None:
        """An id, V or more, for a word that the vocabulary lacks; None where it has no n-grams."""
        spelling = word.encode("utf-8", ERRORS)
        if spelling not in self._composed:
            if not len(ngrams([spelling], self.minn, self.maxn)[0]):
                return None
            self._composed[spelling] = len(self.vocab) + len(self._spellings)
            self._spellings.append(spelling)
        return self._composed[spelling]

    def take(self, ids: np.ndarray) -> SubwordVectors:
        """The words `ids` (n,) of the vocabulary, in that order; all n-grams stay."""
        part = super().take(ids)
        arrays = part.vocab, part.matrix, self.buckets, self.minn, self.maxn
        return SubwordVectors(*arrays, part._norms, self.metadata, part.contexts)

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """(n, D) float32: the vectors of `ids`, those of the vocabulary and those from `compose`."""
        ids = np.asarray(ids)
        outside = np.flatnonzero(ids >= len(self.vocab))
        if not len(outside):
            return super().rows(ids)
        words = [self._spellings[id - len(self.vocab)] for id in ids[outside].tolist()]
        result = super().rows(np.where(ids < len(self.vocab), ids, 0))
        result[outside] = means(words, self.buckets, self.minn, self.maxn)
        for row in outside[~np.isfinite(result[outside]).all(axis=1)][:1].tolist():
            raise BrokenVector(self._spellings[ids[row] - len(self.vocab)].decode("utf-8", ERRORS))
        return result


def means(words: list[bytes], buckets: np.ndarray, minn: int, maxn: int, own: np.ndarray | None = None) -> np.ndarray:
    """(n, D) float32: of each word the mean of the rows of its n-grams and, if given, of its row in `own` (n, D).

    Zero where there is nothing to take the mean of. Sums are float64.
    """
    result = np.zeros((len(words), buckets.shape[1]), np.float32)
    for part, whose, rows in _ngram_rows(words, len(buckets), minn, maxn):
        edges = np.searchsorted(whose, np.arange(part.stop - part.start + 1))
        first, n = 0, len(edges) - 1
        while first < n:
            fits = int(np.searchsorted(edges, edges[first] + GATHER // buckets.shape[1], "right")) - 1
            last = min(n, max(first + 1, fits))
            block = slice(part.start + first, part.start + last)
            mine = None if own is None else own[block]
            with np.errstate(over="ignore", invalid="ignore"):  # infinite and NaN rows are named by the caller
                result[block] = _block_means(buckets, rows, edges[first : last + 1], mine)
            first = last
    return result


def _block_means(buckets: np.ndarray, rows: np.ndarray, edges: np.ndarray, own: np.ndarray | None) -> np.ndarray:
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
    return sums / np.maximum(sizes, 1)[:, None]


def _ngram_rows(words: list[bytes], bucket: int, minn: int, maxn: int):
    """(slice of words, whose n-gram, rising from 0, and its row) by turns."""
    ends, start = Vocab.from_words(words).offsets, 0
    most = HASHED // max(1, maxn - max(1, minn) + 1)
    while start < len(words):
        stop = max(start + 1, int(np.searchsorted(ends, ends[start] + most, "right")) - 1)
        whose, hashes = ngrams(words[start:stop], minn, maxn)
        order = np.argsort(whose, kind="stable") if stop - start > 1 else slice(None)
        yield slice(start, stop), whose[order], hashes[order] % np.uint32(max(1, bucket))
        start = stop


def count_ngrams(words: list[bytes], minn: int, maxn: int) -> int:
    """Number of n-grams of `words`, if every byte is a character."""
    sizes = np.array([*map(len, words)]) + 2
    return sum(int(np.maximum(sizes - n + 1, 0).sum()) for n in range(max(1, minn), maxn + 1))


def ngrams(words: list[bytes], minn: int, maxn: int) -> tuple[np.ndarray, np.ndarray]:
    """Character n-grams of <word>: (n,) int32 index of the word, (n,) uint32 hash, FNV-1a.

    Characters are UTF-8 sequences; a single "<" or ">" is no n-gram, and `</s>` has none. As in the original, bytes
    enter the hash as signed numbers.
    """
    texts = [b"" if word == b"</s>" else b"<%b>" % word for word in words]
    data = np.frombuffer(b"".join(texts), np.int8)
    ends = np.cumsum([len(text) for text in texts])
    chars = np.flatnonzero((data & -64) != -128)  # not a continuation byte
    owner = np.searchsorted(ends, chars, "right").astype(np.int32)
    # Where each character starts, with the ends of all texts as sentinels.
    limit = np.searchsorted(chars, ends)
    whose, hashes = [np.empty(0, np.int32)], [np.empty(0, np.uint32)]
    begin, at, hashed = np.arange(len(chars)), chars, np.full(len(chars), 2166136261, np.uint32)
    for n in range(1, maxn + 1):  # each is the one before and a character more
        fits = begin + n <= limit[owner[begin]]
        begin, at, hashed = begin[fits], at[fits], hashed[fits]
        last = begin + n == limit[owner[begin]]
        stop = np.where(last, ends[owner[begin]], chars[np.minimum(begin + n, len(chars) - 1)])
        hashed, at = _fnv(hashed, data, at, stop), stop
        if n >= minn:
            wanted = ~last & (np.diff(owner, prepend=-1)[begin] == 0) if n == 1 else slice(None)
            whose.append(owner[begin[wanted]])
            hashes.append(hashed[wanted])
    return np.concatenate(whose), np.concatenate(hashes)


def _fnv(hashes: np.ndarray, data: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """`hashes` gone on with data[begin:end]."""
    hashes, at, live = hashes.copy(), begin.copy(), np.arange(len(begin))
    while len(live := live[at[live] < end[live]]):
        hashes[live] = (hashes[live] ^ data[at[live]].astype(np.int32).view(np.uint32)) * np.uint32(16777619)
        at[live] += 1
    return hashes
