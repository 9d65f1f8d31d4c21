"""Neighbours by CSLS within one space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from . import csls
from .query import Query, combine_all
from .vectors import unit_rows

MOST = 20_000  # words that are compared with each other


class Scaled:
    """The first `limit` words of `source` (0: all), each with its hubness among the others."""

    def __init__(self, source, limit: int = 0):
        self._source = source
        self._rows = unit_rows(source.rows(np.arange(min(limit or len(source.vocab), len(source.vocab)))))
        self._hubs = csls.hubness(self._rows, self._rows, is_same=True)

    def nearest(self, queries: Sequence[Query], k: int = 10, exclude: bool = True) -> Iterator:
        """For each query the ids and scores of its k nearest words, as `ranking.nearest` has them; r of a query is over
        its own nearest words, those of the query apart."""
        rows = unit_rows(combine_all(self._source, queries, True))
        for (ids, _), row in zip(queries, rows):
            own = ids[ids < len(self._rows)] if exclude else ids[:0]
            cosines = self._rows @ row
            cosines[own] = -np.inf
            count = max(1, min(csls.NEAREST, len(cosines) - len(own)))
            scores = 2 * cosines - self._hubs - np.sort(cosines)[-count:].mean()
            order = np.argsort(-scores, kind="stable")[:k]
            order = order[np.isfinite(scores[order])] if row.any() else order[:0]
            yield order, scores[order]
