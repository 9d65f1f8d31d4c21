"""The rows that the vector of each word is composed of: its own, and those of its n-grams (Bojanowski et al. 2017).

An n-gram's bucket is its hash modulo `--buckets`, as in fastText. Only buckets that the vocabulary hits have a row
here: two million of them cost nothing where three hundred thousand are used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...runtime.parallel import each, spread
from ...runtime.progress import Progress
from ...text.vocab import ERRORS
from ...training.pretrained import open_vectors
from ...vectors.ngrams import Ngrams
from ...vectors.subwords import BucketRows, ngram_rows
from ._kernels import Subwords, compose

BLOCK = 1 << 14  # words composed at a time, where all would need a copy of the matrix
HANGUL = re.compile("[가-힣]")


class SubwordRows(NamedTuple):
    """words : `_kernels.Subwords`, empty without n-grams
    buckets : (U,) int32, rising: row V + i is that of bucket `buckets[i]`
    """

    words: Subwords
    buckets: np.ndarray

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in (*self.words, self.buckets))


def ngrams_of(model) -> Ngrams:
    """The n-grams that the options of a model ask for."""
    return Ngrams(model.minn, model.maxn, model.subword_unit, model.pooling)


def subword_rows(vocab, model) -> SubwordRows:
    """The rows of each word of `vocab`, by the options `minn`, `maxn`, `subword_unit` and `buckets` of `model`."""
    if not model.maxn:
        return SubwordRows(Subwords(np.empty(0, np.int64), np.empty(0, np.int32)), np.empty(0, np.int32))
    return _rows(vocab, ngrams_of(model), model.buckets, model.init, model.dim)


@lru_cache(maxsize=1)  # the estimate of memory and the training ask one after the other
def _rows(vocab, ngrams: Ngrams, size: int, init: str | None, dim: int) -> SubwordRows:
    V, whose, hashed = len(vocab), [], []
    for part, mine, rows in ngram_rows([word.encode("utf-8", ERRORS) for word in vocab], size, ngrams):
        whose.append(mine + np.int32(part.start))
        hashed.append(rows)
    whose, hashed = np.concatenate(whose), np.concatenate(hashed)
    is_used = np.zeros(size, bool)
    is_used[hashed] = True
    if init is not None:  # n-grams of a file that the text lacks stay as they are, for words that neither has
        given = open_vectors(init, dim, "--dim")
        if has_ngrams(given, ngrams, size):
            is_used[trained_buckets(given.buckets)] = True
    place = np.cumsum(is_used, dtype=np.int32)
    starts = np.arange(V + 1) + np.searchsorted(whose, np.arange(V + 1))
    rows = np.empty(V + len(whose), np.int32)
    rows[starts[:-1]] = np.arange(V)
    # The others are n-grams: each stands behind as many own rows as there are words up to its own.
    rows[np.arange(len(whose)) + whose + 1] = V - 1 + place[hashed]
    return SubwordRows(Subwords(starts, rows), np.flatnonzero(is_used).astype(np.int32))


def has_ngrams(vectors, ngrams: Ngrams, size: int) -> bool:
    """True if `vectors` have a row for the same n-grams in the same buckets."""
    return getattr(vectors, "ngrams", None) == ngrams and len(vectors.buckets) == size


def trained_buckets(buckets) -> np.ndarray:
    """(n,) the buckets whose rows are not zero."""
    if isinstance(buckets, BucketRows):
        return buckets.ids
    blocks = range(0, len(buckets), BLOCK)
    return np.concatenate([at + np.flatnonzero(buckets[at : at + BLOCK].any(axis=1)) for at in blocks])


def rows_of(words: Subwords, which: np.ndarray) -> np.ndarray:
    """All rows of the words `which` (n,)."""
    is_asked = np.zeros(len(words.starts) - 1, bool)
    is_asked[which] = True
    return words.rows[np.repeat(is_asked, np.diff(words.starts))]


def warn_without_hangul(vocab, model, progress: Progress) -> None:
    """Say that jamo make no difference where no word has a Hangul syllable."""
    if model.maxn and model.subword_unit == "jamo" and not any(map(HANGUL.search, vocab)):
        progress.say("no word of the text has a Hangul syllable: --subword-unit jamo does what char does")


def compose_all(inputs: np.ndarray, subwords: Subwords, plan, threads: int, vectors: np.ndarray) -> None:
    """The vectors of all V words, to the first V rows of `vectors`, flat, rows as wide as those of `inputs`, which it
    may be."""
    jobs, D = spread(np.diff(subwords.starts), 4 * threads), plan.width
    each(lambda job, _: compose(inputs, subwords, plan.pooled, D, *job, vectors[job[0] * D :]), jobs, threads)


def start_from(given, known: np.ndarray, ids: np.ndarray, subwords: SubwordRows, inputs: np.ndarray, model) -> None:
    """Input rows (N, D) with which the words `known` (n,), rising, have the vectors of rows `ids` (n,) of `given`.

    Where its n-grams are the same, theirs are taken over too. A word's own row makes up the rest: n times its vector,
    less the rows of its n-grams, where the vector is a mean.
    """
    words, buckets = subwords
    table, dim, V, is_mean = inputs, given.width, len(words.starts) - 1, model.pooling == "mean"
    D, sizes = inputs.shape[1], np.diff(words.starts).astype(np.float32)
    if has_ngrams(given, ngrams_of(model), model.buckets):
        for block in np.array_split(np.arange(len(buckets)), len(buckets) // (1 << 14) + 1):
            table[V + block, :dim] = given.buckets[buckets[block]]
    table[known] = 0
    parts = np.zeros((BLOCK, D), np.float32)
    for first in range(0, V, BLOCK):
        last = min(first + BLOCK, V)
        compose(inputs.reshape(-1), words, is_mean, D, first, last, parts.reshape(-1))
        here = slice(*np.searchsorted(known, (first, last)))
        rest = given.rows(ids[here]) - parts[known[here] - first, :dim]
        table[known[here], :dim] = rest * sizes[known[here], None] if is_mean else rest
