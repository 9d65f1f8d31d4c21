"""Vectors as evaluation asks them, and the lookup of words of data sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from ..errors import BrokenVector
from ..text.vocab import ERRORS, Vocab
from ..vectors.query import BLOCK, find, has_ngrams, has_vectors, locate
from ..vectors.vectors import Vectors


class Source(Protocol):
    """Dense or sparse vectors of V words; all arrays are float32, `scores` are higher for nearer words."""

    vocab: Vocab
    metadata: dict
    width: int
    norms: np.ndarray

    def rows(self, ids: np.ndarray) -> np.ndarray: ...

    def scores(
        self, queries: np.ndarray, metric: str = "cosine", start: int = 0, stop: int | None = None
    ) -> np.ndarray: ...


class Found(NamedTuple):
    """`ids` (n,) int64, -1 out of vocabulary; of the `distinct` words, `lowercase_only` in it in lower case only."""

    ids: np.ndarray
    distinct: int
    lowercase_only: int


class Lookup:
    """Lookup of words of data sets among the first `limit` words (0: all).

    `case`: corpus, as written or in the form that the corpus was given; exact, as written; lower and lower-ascii, the
    word of the data set in lower case, all of Unicode or A to Z alone; upper and upper-ascii, the vocabulary as well in
    upper case. The first of words that become the same there answers.
    """

    def __init__(self, source: Source, case: str = "corpus", limit: int = 0):
        # The words of a thesaurus are found in any case.
        self._source, self._case = source, case if has_vectors(source) else "corpus"
        case = self._case
        self._stop = min(limit or len(source.vocab), len(source.vocab))
        self._firsts: dict[str, int] = {}
        if case in FOLDS:
            folded = [FOLDS[case](word) for word in source.vocab.words(0, self._stop)]
            self._firsts = dict(zip(reversed(folded), range(self._stop - 1, -1, -1)))

    def compose(self, words: Sequence[str], ids: np.ndarray) -> tuple[Source, np.ndarray]:
        """The source with rows, behind the first `limit` words, for those of `words` (n,) whose `ids` are -1 and that
        it has a vector for, as one made of n-grams; and all ids then. Nothing changes without n-grams."""
        if not has_ngrams(self._source) or (ids >= 0).all():
            return self._source, ids
        unknown = dict.fromkeys(word for word, id in zip(self._spelled(words), ids.tolist()) if id < 0)
        found = {word: id for word in unknown if (id := locate(self._source, word)) is not None}
        if not found:
            return self._source, ids
        places = dict(zip(found, range(self._stop, self._stop + len(found))))
        rows = self._source.rows(np.array(list(found.values()), np.int64))
        composed = Extended(self._source, self._stop, Vectors(Vocab.from_words(found), rows))
        spelled = zip(self._spelled(words), ids.tolist())
        return composed, np.array([places.get(word, -1) if id < 0 else id for word, id in spelled], np.int64)

    def _spelled(self, words: Sequence[str]) -> Sequence[str]:
        """`words` in the case in which they are looked up."""
        return [LOWER[self._case](word) for word in words] if self._case in LOWER else words

    def find(self, words: Sequence[str]) -> Found:
        """The ids of `words`; -1 for the unknown."""
        words = self._spelled(words)
        ids = {word: self._id(word) for word in dict.fromkeys(words)}
        lowercase_only = sum(
            id < 0 and word != word.lower() and self._id(word.lower()) >= 0 for word, id in ids.items()
        )
        return Found(np.array([ids[word] for word in words], np.int64), len(ids), lowercase_only)

    def firsts(self, ids: np.ndarray) -> np.ndarray:
        """For each of `ids` (...) int64 that of the first word that counts as the same; -1 stays."""
        if self._case not in FOLDS:
            return ids
        distinct, places = np.unique(ids, return_inverse=True)
        fold, vocab = FOLDS[self._case], self._source.vocab
        same = [id if not 0 <= id < self._stop else self._firsts[fold(vocab[id])] for id in distinct.tolist()]
        return np.array(same, np.int64)[places].reshape(ids.shape)

    def _id(self, word: str) -> int:
        if self._case in FOLDS:
            return self._firsts.get(FOLDS[self._case](word), -1)
        id = self._source.vocab.id(word) if self._case == "exact" else find(self._source, word)
        return -1 if id is None or id >= self._stop else id


class Extended:
    """The first `stop` words of a source, and `more` vectors behind them."""

    def __init__(self, source: Source, stop: int, more: Vectors):
        self._source, self._stop, self._more = source, stop, more
        self.vocab = source.vocab.head(stop).join(more.vocab)
        self.metadata, self.width = source.metadata, source.width
        self.norms = np.concatenate([source.norms[:stop], more.norms])

    def rows(self, ids: np.ndarray) -> np.ndarray:
        """As `Vectors.rows`."""
        ids = np.asarray(ids)
        is_more = ids >= self._stop
        result = self._source.rows(np.where(is_more, 0, ids))
        result[is_more] = self._more.rows(ids[is_more] - self._stop)
        return result

    def scores(
        self, queries: np.ndarray, metric: str = "cosine", start: int = 0, stop: int | None = None
    ) -> np.ndarray:
        """As `Vectors.scores`."""
        stop, middle = len(self.vocab) if stop is None else min(stop, len(self.vocab)), self._stop
        parts = []
        if start < middle:
            parts.append(self._source.scores(queries, metric, start, min(stop, middle)))
        if stop > middle:
            parts.append(self._more.scores(queries, metric, max(start - middle, 0), stop - middle))
        return parts[0] if len(parts) == 1 else np.hstack(parts)


def check_finite(source: Source, ids: np.ndarray) -> None:
    """Raise EmbedkitError naming the first of the words `ids` whose vector holds NaN or infinity."""
    step = max(1, BLOCK // source.width)
    for block in (ids[at : at + step] for at in range(0, len(ids), step)):
        broken = block[~np.isfinite(source.rows(block)).all(1)]
        if len(broken):
            raise BrokenVector(source.vocab[int(broken[0])])


def _upper_ascii(word: str) -> str:
    return word.encode("utf-8", ERRORS).upper().decode("utf-8", ERRORS)


def _lower_ascii(word: str) -> str:
    return word.encode("utf-8", ERRORS).lower().decode("utf-8", ERRORS)


LOWER = {"lower": str.lower, "lower-ascii": _lower_ascii}
FOLDS = {"upper": str.upper, "upper-ascii": _upper_ascii}
