"""What evaluation asks of vectors, and how the words of a data set become ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from ..text.vocab import Vocab
from ..vectors.query import find


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
    """`ids` (n,) int64, -1 out of vocabulary; of the `distinct` words, `capitals` are in it in lower case only."""

    ids: np.ndarray
    distinct: int
    capitals: int


def look_up(source: Source, words: Sequence[str], limit: int | None = None, lowercase: bool = False) -> Found:
    """The ids of `words`, lower-cased first if `lowercase`; beyond the first `limit` words nothing is known."""
    stop = len(source.vocab) if limit is None else limit

    def known(word: str) -> int:
        id = find(source, word)
        return -1 if id is None or id >= stop else id

    if lowercase:
        words = [word.lower() for word in words]
    ids = {word: known(word) for word in dict.fromkeys(words)}
    capitals = sum(id < 0 and word != word.lower() and known(word.lower()) >= 0 for word, id in ids.items())
    return Found(np.array([ids[word] for word in words], np.int64), len(ids), capitals)
