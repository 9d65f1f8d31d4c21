"""Bilingual dictionary induction: words translated by the nearest vectors of another language.

A file has lines `word translation`; a word that has several translations has several lines. The vectors are in one
space, as `align --dictionary` makes them. A translation is found among the 200,000 first words of the target, by CSLS,
as MUSE does it (Conneau et al. 2018), and by the cosine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, FormatError, OptionError
from ..vectors import csls
from ..vectors.query import find
from ..vectors.vectors import unit_rows
from .bootstrap import accuracy_interval
from .contract import UNDEFINED, Accuracy, Score, Task
from .dataset import DataFile
from .protocols import PLAIN, Protocol
from .source import Found, Lookup, Source, check_finite

DEPTHS = (1, 5, 10)
LIMIT = 200_000


class Dictionary(NamedTuple):
    """n different `words` and the `translations` of each; `target` are the vectors of the other language."""

    name: str
    words: list[str]
    translations: list[list[str]]
    sha256: str = ""
    target: Source | None = None


def read_pairs(path: str) -> list[tuple[str, str]]:
    """Pairs of a word and its translation, between a tab or spaces. FormatError naming the line that is none."""
    return _pairs(path, DataFile(path, "#"))


def _pairs(path: str, file: DataFile) -> list[tuple[str, str]]:
    pairs = []
    for number, line in file:
        fields = line.split("\t") if "\t" in line else re.split(" +", line)
        if len(fields) != 2 or not all(fields):
            raise FormatError(path, f"no word and its translation: {line[:60]!r}", HINT, line=number)
        pairs.append((fields[0], fields[1]))
    if not pairs:
        raise FormatError(path, "no words with translations", HINT)
    return pairs


HINT = "a line is: word translation"


def read_dictionary(path: str) -> Dictionary:
    """The dictionary in a file; see `read_pairs`."""
    file, entries = DataFile(path, "#"), {}
    for word, translation in _pairs(path, file):
        entries.setdefault(word, []).append(translation)
    return Dictionary(file.name, list(entries), list(entries.values()), file.sha256)


@dataclass(frozen=True, eq=False)
class Precision(Accuracy):
    """Words whose best translation is the first; `ranks` (n,) of the best right one by CSLS, from 0 on, and by the
    cosine."""

    ranks: np.ndarray = ()
    cosine_ranks: np.ndarray = ()
    metric = "p@1"

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        named = [(f"p@{depth}", self.ranks < depth) for depth in DEPTHS]
        for metric, right in (*named, ("p@1-cosine", self.cosine_ranks < 1)):
            correct = int(right.sum())
            bounds = accuracy_interval(correct, self.used) if intervals else UNDEFINED
            yield Score(
                None, metric, correct / self.used if self.used else None, correct, self.used, self.total, *bounds
            )


def evaluate_dictionary(source: Source, dictionary: Dictionary, protocol: Protocol = PLAIN) -> Precision:
    """Translate the words of a dictionary. A word counts that the source knows, and one of whose translations the
    target does. EmbedkitError for vectors of another width, or with NaN or infinity."""
    target = dictionary.target
    if target is None:
        raise OptionError("--dictionary needs vectors to look for translations in", "--target FILE names them")
    if source.width != target.width:
        raise EmbedkitError(
            f"vectors of {source.width} dimensions, and the target of {target.width}", "align them first"
        )
    found = find_words(source, dictionary, protocol)
    size = min(LIMIT, len(target.vocab))
    gold = [[find(target, word) for word in words] for words in dictionary.translations]
    gold = [[id for id in ids if id is not None and id < size] for ids in gold]
    known = np.flatnonzero((found.ids >= 0) & np.array([bool(ids) for ids in gold]))
    total, depth = len(gold), max(DEPTHS)
    ranks, cosine_ranks = (np.full(total, depth) for _ in range(2))
    if len(known):
        ids, every = found.ids[known], np.arange(size)
        check_finite(source, ids)
        check_finite(target, every)
        others = unit_rows(target.rows(every))
        whole = unit_rows(source.rows(np.arange(min(LIMIT, len(source.vocab)))))
        for kept, hubs in ((ranks, csls.hubness(others, whole)), (cosine_ranks, np.zeros(size, np.float32))):
            places, _ = csls.nearest(unit_rows(source.rows(ids)), others, hubs, depth)
            for i, row in zip(known.tolist(), places):
                hits = np.flatnonzero(np.isin(row, gold[i]))
                kept[i] = hits[0] if len(hits) else depth
    max_rank = np.full(total, -1)
    max_rank[known] = found.ids[known]
    return Precision(max_rank, found.distinct, found.lowercase_only, ranks < 1, ranks, cosine_ranks)


def find_words(source: Source, dictionary: Dictionary, protocol: Protocol) -> Found:
    """The words of a dictionary as `protocol` knows them."""
    return Lookup(source, protocol.case, protocol.limit if protocol.limit_pairs else 0).find(dictionary.words)


class DictionaryTask(Task):
    """Precision of translations."""

    name = "dictionary"
    read = staticmethod(read_dictionary)
    evaluate_one = staticmethod(evaluate_dictionary)
    find = staticmethod(find_words)


TASK = DictionaryTask()
