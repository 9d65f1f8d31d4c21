"""Comparison of two models word by word: drift, and neighbours kept."""

from __future__ import annotations

import numpy as np

from ..ranking import nearest
from ..vectors import unit_rows
from .align import rotation
from .merge import match
from .rows import id_blocks
from .select import pick


class Comparison:
    """Two dense sources on the words that both have.

    vocab : the n shared words, in the order of the first source
    ids : (2, n) int64, their rows in both
    top : places in `vocab` (m,), rising, of the `top` most frequent shared words (see `pick`)
    """

    def __init__(self, a, b, top: int, align: bool = True):
        self.a, self.b = a, b
        self.vocab, self.ids = match([a.vocab, b.vocab])
        self.top = pick(self.vocab, top=top)
        self._rotation = None
        if align and a.width == b.width and len(self.top):
            self._rotation = rotation(a, b, *self.ids[:, self.top]).matrix

    def cosines(self, places: np.ndarray) -> np.ndarray:
        """(n,) float32 cosines of the two vectors of the words at `places`; NaN where the sources differ in width.

        With `align` the first source is turned onto the second one before, by `rotation` over the top words.
        """
        result = np.full(len(places), np.nan, np.float32)
        if self.a.width != self.b.width:
            return result
        for at in id_blocks(len(places), self.a.width):
            left, right = (source.rows(ids[places[at]]).astype(np.float64) for source, ids in self._sides())
            left = left if self._rotation is None else left @ self._rotation
            result[at] = np.einsum("ij,ij->i", unit_rows(left), unit_rows(right))
        return result

    def overlaps(self, places: np.ndarray, k: int) -> np.ndarray:
        """(n,) float32, `overlaps` of the words at `places` with the top words as neighbours."""
        order = np.concatenate([self.top, np.setdiff1d(places, self.top)])
        rank = np.empty(len(self.vocab), np.int64)
        rank[order] = np.arange(len(order))
        a, b = (source.take(ids[order]) for source, ids in self._sides())
        return overlaps(a, b, rank[places], k, len(self.top))

    def _sides(self):
        return (self.a, self.ids[0]), (self.b, self.ids[1])


def overlaps(a, b, ids: np.ndarray, k: int, limit: int | None = None) -> np.ndarray:
    """(n,) float32: how far the `k` nearest words to each of `ids` are the same in `a` and `b`, whose rows are those of
    the same words.

    That is the Jaccard index of the two sets, words in both divided by words in either; 1 for the same neighbours, NaN
    for words that have none. Neighbours are looked for among the first `limit` words.
    """
    queries = [(id, np.ones(1, np.float32)) for id in ids[:, None]]
    rankings = (nearest(source, queries, k, limit=limit) for source in (a, b))
    return np.array([_jaccard(one, other) for (one, _), (other, _) in zip(*rankings)], np.float32)


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    distinct = len(one) + len(other) - both
    return both / distinct if distinct else np.nan
