"""Categorization: clusters of vectors against categories made by people. A file has lines `word category`.

Purity of k-means clusters, as in Baroni, Dinu & Kruszewski (2014), "Don't count, predict!", section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..vectors.vectors import unit_rows
from .contract import Result, Score, Task
from .dataset import DataFile
from .protocols import PLAIN, Protocol
from .source import Found, Lookup, Source, check_finite

STARTS = 10
ROUNDS = 100
SEED = 1


class Categories(NamedTuple):
    """n words and their categories, `labels`; a checksum."""

    name: str
    words: list[str]
    labels: list[str]
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class PurityResult(Result):
    """Words of which `correct` are of the commonest category of their cluster."""

    correct: int = 0

    @property
    def value(self) -> float | None:
        return self.correct / self.used if self.used else None

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        yield Score(None, "purity", self.value, self.correct, self.used, self.total)


def read_categories(path: str) -> Categories:
    """Words and categories. Raises FormatError naming the line that has no two."""
    file, words, labels = DataFile(path, "#"), [], []
    for number, line in file:
        fields = [field for field in re.split("[ \t]+", line) if field]
        if len(fields) != 2:
            message = f"{len(fields)} words instead of two: {line[:60]!r}"
            raise FormatError(path, message, "a line is: word category", line=number)
        words.append(fields[0])
        labels.append(fields[1])
    if not words:
        raise FormatError(path, "no words with categories", "a line is: word category")
    return Categories(file.name, words, labels, file.sha256)


def evaluate_categories(source: Source, categories: Categories, protocol: Protocol = PLAIN) -> PurityResult:
    """Put the words into as many clusters as they have categories, by the directions of their vectors.

    Words out of vocabulary are left out, if nothing composes them. Raises EmbedkitError for a vector that holds NaN or
    infinity.
    """
    ids, distinct, lowercase_only = find_categories(source, categories, protocol)
    if protocol.unknown == "compose":
        source, ids = _lookup(source, protocol).compose(categories.words, ids)
    known = ids >= 0
    check_finite(source, np.unique(ids[known]))
    names, labels = np.unique(np.array(categories.labels)[known], return_inverse=True)
    correct = 0
    if known.any():
        clusters = k_means(unit_rows(source.rows(ids[known]).astype(np.float64)), len(names))
        table = np.bincount(clusters * len(names) + labels, minlength=len(names) ** 2)
        correct = int(table.reshape(len(names), -1).max(1).sum())
    return PurityResult(ids, distinct, lowercase_only, correct)


def find_categories(source: Source, categories: Categories, protocol: Protocol) -> Found:
    """The words of `categories` as `protocol` knows them."""
    return _lookup(source, protocol).find(categories.words)


def _lookup(source: Source, protocol: Protocol) -> Lookup:
    return Lookup(source, protocol.case, protocol.limit if protocol.limit_pairs else 0)


def k_means(rows: np.ndarray, k: int) -> np.ndarray:
    """The cluster (n,) int64, 0 to k - 1, of each of `rows` (n, D) float64.

    Lloyd's algorithm from `STARTS` choices of centres by k-means++ (Arthur & Vassilvitskii 2007); the clusters with the
    least sum of squares are kept. The seed is fixed.
    """
    rng, best, least = np.random.default_rng(SEED), np.zeros(len(rows), np.int64), np.inf
    for _ in range(STARTS):
        centres, clusters = _choose(rows, k, rng), None
        for _ in range(ROUNDS):
            squares = _squares(rows, centres)
            before, clusters = clusters, squares.argmin(1)
            if before is not None and (before == clusters).all():
                break
            members = np.arange(k)[:, None] == clusters
            filled = members.any(1)
            centres[filled] = (members[filled] @ rows) / members[filled].sum(1, keepdims=True)
        total = squares.min(1).sum()
        if total < least:
            best, least = clusters, total
    return best


def _choose(rows: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """k of `rows`, each drawn by its squared distance to the nearest of those before it."""
    chosen = [int(rng.integers(len(rows)))]
    while len(chosen) < k:
        weights = np.maximum(_squares(rows, rows[chosen]).min(1), 0)
        weights[chosen] = 0
        chosen.append(int(rng.choice(len(rows), p=weights / weights.sum()) if weights.any() else chosen[0]))
    return rows[chosen]


def _squares(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances (n, k)."""
    return (rows**2).sum(1)[:, None] - 2 * rows @ centres.T + (centres**2).sum(1)


class CategoriesTask(Task):
    """Purity of clusters against categories."""

    name = "categories"
    read = staticmethod(read_categories)
    evaluate_one = staticmethod(evaluate_categories)
    find = staticmethod(find_categories)


TASK = CategoriesTask()
