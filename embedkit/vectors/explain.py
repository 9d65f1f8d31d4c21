"""Why two sparse rows are near: the contexts they share, and what each of them adds to the cosine."""

from __future__ import annotations

import numpy as np

from .query import Query, combine
from .sparse import SparseVectors


class Explainer:
    """The cosines of one query with words, taken apart; `query` is ids and signs as from `parse_query`."""

    def __init__(self, source: SparseVectors, query: Query):
        vector = combine(source, *query, unit=True).astype(np.float64)
        self.source, self._vector = source, vector / (np.linalg.norm(vector) or 1)

    def shared(self, id: int) -> tuple[np.ndarray, np.ndarray]:
        """Contexts (m,) that neither the query nor word `id` has at zero, and their parts (m,) float32 of the cosine.

        Parts fall, equal ones in the order of the contexts; together they are the cosine. Those of contexts that an
        expression takes away may be negative.
        """
        columns, weights = self.source.weights.row(id)
        parts = self._vector[columns] * weights / (float(self.source.norms[id]) or 1)
        columns, parts = columns[parts != 0], parts[parts != 0]
        order = np.argsort(-parts, kind="stable")
        return columns[order], parts[order].astype(np.float32)
