"""Analogies: how often the best answer to "a is to b as c is to ?" is d.

A file has four words a line, in sections that begin with `: name` (word2vec's questions-words.txt) or without any.
Empty lines and comments (`#`, `//`) are skipped.

3CosAdd: Mikolov, Yih & Zweig (2013), "Linguistic regularities in continuous space word representations".
3CosMul: Levy & Goldberg (2014), "Linguistic regularities in sparse and explicit word representations".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..runtime.progress import SILENT, Progress
from ..text.vocab import ERRORS
from ..vectors.query import is_sparse
from ..vectors.ranking import by_tables
from ..vectors.top import Top
from .bins import frequency_bins
from .bootstrap import accuracy_interval
from .contract import UNDEFINED, Accuracy, Score, Task
from .dataset import DataFile
from .protocols import PLAIN, Protocol
from .source import Found, Lookup, Source


class Section(NamedTuple):
    """Of `total` questions `used` have all four words in vocabulary; `correct` of those are answered right."""

    name: str
    correct: int
    used: int
    total: int

    @property
    def is_syntactic(self) -> bool:
        return self.name.startswith("gram")


class Questions(NamedTuple):
    """Analogy questions: `words` are the 4n words of n questions, `sections` their (name, number), in file order; a
    checksum."""

    name: str
    words: list[str]
    sections: list[tuple[str, int]]
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class AnalogyResult(Accuracy):
    """The answers to one file of questions by one `method`.

    oov : questions with a word out of vocabulary, or (compose) without a vector, are left out (skip), count (wrong,
        first), or are left out in one score and count in the next (both)
    """

    sections: list[Section] = ()
    method: str = "add"
    oov: str = "skip"
    section = "all"

    @property
    def metric(self) -> str:
        """The name of the accuracy: "accuracy" with 3CosAdd, "accuracy-mul" with 3CosMul."""
        return "accuracy" if self.method == "add" else f"accuracy-{self.method}"

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        """The accuracy of every section, in total (semantic and syntactic, where a file has both kinds, and all), and
        of every bin; of both ways to count the second is `...-oov-wrong`."""
        for section in (*self.sections, *_totals(self.sections)):
            yield from self._scores(section, "skip" if self.oov == "compose" else self.oov, intervals)
        for section in self.bins(bins):
            yield from self._scores(section, "skip", intervals)

    def bins(self, n: int) -> Iterator[Section]:
        """Up to `n` frequency bins of questions, as sections."""
        for name, inside in frequency_bins(self.max_rank, n):
            yield Section(name, int(self.right[inside].sum()), int(inside.sum()), int(inside.sum()))

    def _scores(self, section: Section, oov: str, intervals: bool) -> Iterator[Score]:
        name, correct, used, total = section
        both = {"": used, "-oov-wrong": total}
        for ending, asked in both.items() if oov == "both" else [("", used if oov == "skip" else total)]:
            bounds = accuracy_interval(correct, asked) if intervals else UNDEFINED
            yield Score(name, self.metric + ending, correct / asked if asked else None, correct, used, total, *bounds)


def _totals(sections: list[Section]) -> Iterator[Section]:
    kinds = {
        "semantic": [s for s in sections if not s.is_syntactic],
        "syntactic": [s for s in sections if s.is_syntactic],
    }
    for name, kind in (*(kinds.items() if all(kinds.values()) else ()), ("all", sections)):
        yield Section(name, *(sum(numbers) for numbers in list(zip(*kind))[1:]))


def read_questions(path: str) -> Questions:
    """Analogy questions; those before any `: section` form one with the name of the file. Raises FormatError."""
    file, words, names, starts = DataFile(path, "#", "//"), [], [], []
    for number, line in file:
        if line.startswith(":"):
            names.append(line[1:].strip(" \t"))
            starts.append(len(words))
            continue
        fields = [word for word in line.replace("\t", " ").split(" ") if word]
        if len(fields) != 4:
            hint = "word pairs are for --pairs" if len(fields) == 3 else "a question is four words"
            raise FormatError(path, f"{len(fields)} words instead of four: {line[:60]!r}", hint, line=number)
        if not starts:
            names.append(file.name)
            starts.append(0)
        words += fields
    if not words:
        raise FormatError(path, "no analogy questions", "a question is four words on a line")
    ends = [*starts[1:], len(words)]
    sections = [(name, (end - start) // 4) for name, start, end in zip(names, starts, ends)]
    return Questions(file.name, words, sections, file.sha256)


def evaluate_questions(
    source: Source, questions: Questions, protocol: Protocol = PLAIN, progress: Progress = SILENT
) -> list[AnalogyResult]:
    """Answer `questions` by each method of `protocol`, in one pass over the vocabulary.

    A word out of vocabulary has the vector that its n-grams compose, if the protocol wants that and there are any, and
    may then be an answer. Another question with one is not asked, unless the protocol has another word for it. An
    answer is right if the best of all words, without those of the question, is d. Case concerns the questions and, with
    a protocol that folds it, what counts as d; the rows stay as they are. Questions that become the same count each
    time.
    """
    lookup = Lookup(source, protocol.case, protocol.limit)
    found = find_questions(source, questions, protocol, lookup)
    if protocol.unknown == "compose":
        composed, ids = lookup.compose(questions.words, found.ids)
        if composed is not source:  # its words are those of the limit, and those composed
            source, found, protocol = composed, found._replace(ids=ids), protocol._replace(limit=0)
    ids = found.ids.reshape(-1, 4)
    used = (ids >= 0).all(1)
    max_rank = np.where(used, ids.max(1), -1)
    asked = ids[:, 3] >= 0 if protocol.unknown == "first" else used
    stop = min(protocol.limit or len(source.vocab), len(source.vocab))
    results = []
    with progress.bar(stop, "analogies", "words") as advance:
        tops = best_answers(source, ids[asked, :3], protocol, advance)
    for method, top in zip(protocol.methods, tops):
        right = np.zeros(len(ids), bool)
        right[asked] = _guesses(top, ids[asked, :3], lookup, protocol) == ids[asked, 3]
        sections, at = [], 0
        for name, total in questions.sections:
            span = slice(at, at := at + total)
            sections.append(Section(name, int(right[span].sum()), int(used[span].sum()), total))
        facts = (max_rank, found.distinct, found.lowercase_only, right)
        results.append(AnalogyResult(*facts, sections, method, protocol.unknown))
    return results


def find_questions(source: Source, questions: Questions, protocol: Protocol, lookup: Lookup | None = None) -> Found:
    """The words of `questions` as `protocol` knows them."""
    found = (lookup or Lookup(source, protocol.case, protocol.limit)).find(questions.words)
    found.ids[np.isin(found.ids, _aside(source, protocol))] = -1
    return found


def best_answers(
    source: Source, triples: np.ndarray, protocol: Protocol = PLAIN, advance: Callable = lambda n: None
) -> list[Top]:
    """By each method of `protocol` the best `depth` answers to every row a, b, c of `triples` (n, 3).

    Of equals the lowest id comes first, -1 where there is none. Scores are those of `vectors.ranking.by_tables`, never
    those of the three words themselves. Where an id is -1 the first word stands in, and may be an answer. The
    vocabulary is met tile by tile, so that memory does not depend on its size. Raises EmbedkitError for a candidate
    that holds NaN or infinity.
    """
    stop = min(protocol.limit or len(source.vocab), len(source.vocab))
    depth, aside = max(1, min(protocol.depth, stop)), _aside(source, protocol)
    excluded = np.hstack([triples, np.full((len(triples), len(aside)), aside, np.int64)])
    if (triples < 0).any():
        triples = np.where(triples < 0, first_word(source, stop), triples)
    options = {"epsilon": protocol.epsilon, "strict": True, "advance": advance, "excluded": excluded}
    return by_tables(source, triples, protocol.methods, depth, stop, **options)


def first_word(source: Source, stop: int) -> int:
    """Row 0 of hyperwords among the first `stop` words: its text2numpy.py sorts dense vectors by the bytes of their
    words, counts stay as they are."""
    if is_sparse(source):
        return 0
    words = source.vocab.words(0, stop)
    return min(range(stop), key=lambda id: words[id].encode("utf-8", ERRORS))


def _aside(source: Source, protocol: Protocol) -> list[int]:
    return [id for id in map(source.vocab.id, protocol.aside) if id is not None]


def _guesses(top: Top, triples: np.ndarray, lookup: Lookup, protocol: Protocol) -> np.ndarray:
    """The answer (n,) int64 to each of `triples`: the first that is no other spelling of a question word, if the
    protocol looks further than the best row; -1 without one."""
    ids = np.where(top.scores > 0, top.ids, -1) if protocol.positive else top.ids
    ids = lookup.firsts(ids)
    if protocol.depth == 1:
        return ids[:, 0]
    is_new = (ids[:, :, None] != triples[:, None, :]).all(2)
    return np.where(is_new.any(1), ids[np.arange(len(ids)), is_new.argmax(1)], -1)


class AnalogyTask(Task):
    """Accuracy of analogies."""

    name, size = "analogy", 4
    read = staticmethod(read_questions)
    find = staticmethod(find_questions)
    evaluate = staticmethod(evaluate_questions)


TASK = AnalogyTask()
