"""The contract of a task: one file with `TASK`, an instance of `Task`, and a line in `tasks.TASKS`.

A data set has a `name`, a `sha256`, and its `words`, those of one item after those of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..runtime.progress import SILENT, Progress
from .bootstrap import Interval, accuracy_difference, accuracy_interval
from .protocols import PLAIN, Protocol
from .source import Found, Source

UNDEFINED: Interval = (None, None)


class Score(NamedTuple):
    """A number: of a `section` or, where that is None, of a whole data set; None if undefined.

    Of `total` items `used` are in vocabulary and `correct` answered right; `low` and `high` bound the 95 % interval,
    `p` is the p-value of a difference.
    """

    section: str | None
    metric: str
    value: float | None
    correct: int | None
    used: int
    total: int
    low: float | None = None
    high: float | None = None
    p: float | None = None


class Unknown(NamedTuple):
    """An item of a data set, and those of its words that are out of vocabulary."""

    section: str | None
    item: str
    words: list[str]


@dataclass(frozen=True, eq=False)
class Result:
    """The result of a model on a data set.

    max_rank : (n,) int64, of every item the highest id of its words, -1 out of vocabulary
    distinct, lowercase_only : different words, and those of them known in lower case only, see `source.Found`
    """

    max_rank: np.ndarray
    distinct: int = 0
    lowercase_only: int = 0

    @property
    def used(self) -> int:
        """Items in vocabulary."""
        return int((self.max_rank >= 0).sum())

    @property
    def total(self) -> int:
        """Items of the data set."""
        return len(self.max_rank)

    @property
    def value(self) -> float | None:
        """The one number that stands for the result, higher being better; None if undefined."""
        raise NotImplementedError

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        """All scores, with bootstrap `intervals` if asked for, those of as many frequency `bins` last."""
        raise NotImplementedError

    def differences(self, other: Result) -> Iterator[Score]:
        """The scores of `other` minus those of this one, on items that both know."""
        return iter(())

    def doubts(self, bins: int = 0) -> Iterator[tuple[str, bool]]:
        """Reasons why a score is undefined or says nothing, and whether that is so for the whole data set."""
        return iter(())


@dataclass(frozen=True, eq=False)
class Accuracy(Result):
    """A result of items that are `right` or wrong, (n,) bool."""

    right: np.ndarray = ()
    metric = "accuracy"
    section = None

    @property
    def correct(self) -> int:
        """Items answered right."""
        return int(self.right.sum())

    @property
    def value(self) -> float | None:
        return self.correct / self.used if self.used else None

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        bounds = accuracy_interval(self.correct, self.used) if intervals else UNDEFINED
        yield Score(None, self.metric, self.value, self.correct, self.used, self.total, *bounds)

    def differences(self, other: Accuracy) -> Iterator[Score]:
        known = (self.max_rank >= 0) & (other.max_rank >= 0)
        value, *bounds = accuracy_difference(self.right[known], other.right[known])
        yield Score(self.section, self.metric, value, None, int(known.sum()), len(known), *bounds)


class Task:
    """A task.

    name : in the column `task`
    size : words of an item
    least : items in vocabulary that a score needs
    """

    name: str
    size = 1
    least = 1

    def read(self, path: str):
        """The data set in a file; FormatError naming the first line that is none of it."""
        raise NotImplementedError

    def evaluate(
        self, source: Source, dataset, protocol: Protocol = PLAIN, progress: Progress = SILENT
    ) -> list[Result]:
        """The result, or one for each method of `protocol`. EmbedkitError for a vector that holds NaN or infinity."""
        return [self.evaluate_one(source, dataset, protocol)]

    def evaluate_one(self, source: Source, dataset, protocol: Protocol) -> Result:
        """The result, of a task that has one."""
        raise NotImplementedError

    def find(self, source: Source, dataset, protocol: Protocol) -> Found:
        """The words of a data set as `protocol` knows them."""
        raise NotImplementedError

    def unknown_items(self, source: Source, dataset, protocol: Protocol = PLAIN) -> Iterator[Unknown]:
        """Items that are left out, or count as the protocol has it, in file order."""
        known = (self.find(source, dataset, protocol).ids >= 0).reshape(-1, self.size)
        names = (name for name, total in getattr(dataset, "sections", [(None, len(known))]) for _ in range(total))
        for at, (name, row) in enumerate(zip(names, known.tolist())):
            if not all(row):
                words = dataset.words[at * self.size : (at + 1) * self.size]
                unknown = [word for word, is_known in zip(words, row) if not is_known]
                yield Unknown(name, " ".join(words), list(dict.fromkeys(unknown)))
