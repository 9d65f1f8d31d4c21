"""Similarity: rank and linear correlation of cosines with human scores of word pairs.

A file has a pair a line: `word word score`, between tabs, commas, semicolons or spaces (whatever the line has, in this
order). A part of speech may stand before the score (SimLex-999, SimVerb); columns after it are ignored, and so is a
header. A score is a number in ASCII digits. Empty lines and comments (`#`) are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..units import counted
from ..vectors.query import has_vectors, similarity
from .bins import frequency_bins
from .bootstrap import correlation_difference, correlation_interval
from .contract import UNDEFINED, Result, Score, Task
from .correlation import LEAST, is_constant, pearson, ranks, spearman
from .dataset import DataFile
from .protocols import PLAIN, Protocol
from .source import Found, Lookup, Source, check_finite

METRICS = ("spearman", "pearson")
# float() also takes `nan`, `1_0` and digits of other scripts, and makes infinity of numbers too large.
NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
TAG = re.compile(r"[A-Z]{1,4}")


class Pairs(NamedTuple):
    """Pairs of words and what people say: `words` are the 2n words of n pairs, `gold` (n,) float64; a checksum; the n
    scores as they are `written`."""

    name: str
    words: list[str]
    gold: np.ndarray
    sha256: str = ""
    written: Sequence[str] = ()


def read_pairs(path: str) -> Pairs:
    """Word pairs. Raises FormatError naming the line that is none."""
    file, words, written, is_first = DataFile(path, "#"), [], [], True
    for number, line in file:
        fields = _fields(line)
        at = _score_column(fields)
        if at:
            words += fields[:2]
            written.append(fields[at])
        elif not is_first or len(fields) < 3:
            hint = "analogy questions are for --questions" if line.startswith(":") else "a line is: word word score"
            raise FormatError(path, f"no pair with a score: {line[:60]!r}", hint, line=number)
        is_first = False
    if not written:
        raise FormatError(path, "no word pairs", "a line is: word word score")
    gold = np.array([float(score) for score in written])
    return Pairs(file.name, words, gold, file.sha256, written)


def _fields(line: str) -> list[str]:
    for separator in "\t,;":
        if line.count(separator) >= 2:
            return [field.strip(" ") for field in line.split(separator)]
    return [field for field in re.split("[ \t]+", line) if field]


def _score_column(fields: list[str]) -> int:
    """The column of the score: 2, or 3 after a part of speech; 0 where there is none."""
    if len(fields) < 3 or not (fields[0] and fields[1]):
        return 0
    if NUMBER.fullmatch(fields[2]):
        return 2
    return 3 if len(fields) > 3 and TAG.fullmatch(fields[2]) and NUMBER.fullmatch(fields[3]) else 0


@dataclass(frozen=True, eq=False)
class SimilarityResult(Result):
    """Correlations of cosines with human scores.

    For every pair of the file `cosines` (n,) float64, NaN where it was left out, `gold` (n,) float64, and `order` (n,)
    float64, the values that Spearman's ranks are of: gold, if the protocol has no other order.
    """

    cosines: np.ndarray = ()
    gold: np.ndarray = ()
    order: np.ndarray = ()

    @cached_property
    def spearman(self) -> float | None:
        """Rank correlation; None if undefined."""
        return spearman(*self._correlated("spearman"))

    @cached_property
    def pearson(self) -> float | None:
        """Linear correlation; None if undefined."""
        return pearson(*self._correlated("pearson"))

    @property
    def value(self) -> float | None:
        return self.spearman

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        for section, part in ((None, self), *self.bins(bins)):
            for metric in METRICS:
                bounds = correlation_interval(*part._correlated(metric), metric) if intervals else UNDEFINED
                yield Score(section, metric, getattr(part, metric), None, part.used, part.total, *bounds)

    def bins(self, n: int) -> Iterator[tuple[str, SimilarityResult]]:
        """The results of up to `n` frequency bins, with their names."""
        for name, inside in frequency_bins(self.max_rank, n):
            yield name, self._part(inside)

    def differences(self, other: SimilarityResult) -> Iterator[Score]:
        known = (self.max_rank >= 0) & (other.max_rank >= 0)
        for metric in METRICS:
            gold = self._targets(metric)[known]
            value, *bounds = correlation_difference(self.cosines[known], other.cosines[known], gold, metric)
            yield Score(None, metric, value, None, int(known.sum()), len(known), *bounds)

    def doubts(self, bins: int = 0) -> Iterator[tuple[str, bool]]:
        if reason := self._reason():
            yield reason, True
        elif np.isfinite(self.cosines).sum() == LEAST:
            yield f"{self.used} of {self.total} pairs known; with two a correlation is always 1 or -1", False
        for name, part in self.bins(bins):
            if reason := part._reason():
                yield f"{name}: {reason}", False

    def _reason(self) -> str:
        """The reason why a correlation is None; empty if none is."""
        if self.spearman is not None and self.pearson is not None:
            return ""
        cosines, _ = self._correlated("pearson")
        if len(cosines) < LEAST:
            return f"{self.used} of {counted(self.total, 'pair')} known; a correlation needs {LEAST}"
        return f"all {'cosines' if is_constant(cosines) else 'scores'} are equal: no correlation"

    def _targets(self, metric: str) -> np.ndarray:
        return self.order if metric == "spearman" else self.gold

    def _correlated(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        has_cosine = ~np.isnan(self.cosines)
        return self.cosines[has_cosine], self._targets(metric)[has_cosine]

    def _part(self, inside: np.ndarray) -> SimilarityResult:
        columns = {name: getattr(self, name)[inside] for name in ("max_rank", "cosines", "gold", "order")}
        return replace(self, **columns)


def evaluate_pairs(source: Source, pairs: Pairs, protocol: Protocol = PLAIN) -> SimilarityResult:
    """Spearman and Pearson correlation between the cosines of `pairs` and their gold scores.

    A word out of vocabulary has the vector that its n-grams compose, if the protocol wants that and there are any;
    other pairs with one are left out, if the protocol does not give them the cosine 0. Pairs that are
    there twice count twice. Pairs that a thesaurus connects by nothing are left out. Raises EmbedkitError for a vector
    that holds NaN or infinity.
    """
    found = find_pairs(source, pairs, protocol)
    if protocol.unknown_pairs == "compose":
        source, ids = _lookup(source, protocol).compose(pairs.words, found.ids)
        found = found._replace(ids=ids)
    ids = found.ids.reshape(-1, 2)
    known = (ids >= 0).all(1)
    if has_vectors(source):
        check_finite(source, np.unique(ids[known]))
    # Rounded to float32, some would become equal, and share a rank.
    scores = similarity(source, *ids[known].T, dtype=np.float64)
    if not has_vectors(source):
        known[known] = is_connected = ~np.isnan(scores)
        scores = scores[is_connected]
    cosines = np.full(len(ids), 0.0 if protocol.unknown_pairs == "zero" else np.nan)
    cosines[known] = scores
    max_rank = np.where(known, ids.max(1), -1)
    order = ranks(np.array(pairs.written)) if protocol.gold == "text" else pairs.gold
    return SimilarityResult(max_rank, found.distinct, found.lowercase_only, cosines, pairs.gold, order)


def find_pairs(source: Source, pairs: Pairs, protocol: Protocol) -> Found:
    """The words of `pairs` as `protocol` knows them."""
    found = _lookup(source, protocol).find(pairs.words)
    if protocol.zero_is_unknown and has_vectors(source):
        found.ids[source.norms[found.ids] == 0] = -1  # that of -1 is of no matter
    return found


def _lookup(source: Source, protocol: Protocol) -> Lookup:
    return Lookup(source, protocol.case, protocol.limit if protocol.limit_pairs else 0)


class SimilarityTask(Task):
    """Correlation of cosines with the scores of word pairs."""

    name, size, least = "similarity", 2, LEAST
    read = staticmethod(read_pairs)
    evaluate_one = staticmethod(evaluate_pairs)
    find = staticmethod(find_pairs)


TASK = SimilarityTask()
