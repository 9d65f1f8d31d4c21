"""a is to b as c is to d: how often is d the best answer?

3CosAdd: Mikolov, Yih & Zweig (2013), "Linguistic regularities in continuous space word representations".
3CosMul: Levy & Goldberg (2014), "Linguistic regularities in sparse and explicit word representations".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..runtime.progress import SILENT, Progress
from ..text.vocab import ERRORS
from ..vectors.query import is_sparse
from ..vectors.ranking import by_tables
from ..vectors.top import Top
from .protocols import PLAIN, Protocol
from .readers import Questions
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


class Answers(NamedTuple):
    """One file of questions, by one method.

    Its sections; of its `distinct` words those known in lower case only (`capitals`); for every question whether it was
    answered right, `right` (n,) bool, and `rarest` (n,) int64, the highest id of its words, -1 out of vocabulary.
    """

    sections: list[Section]
    distinct: int
    capitals: int
    right: np.ndarray
    rarest: np.ndarray


def judge_questions(
    source: Source, questions: Questions, protocol: Protocol = PLAIN, progress: Progress = SILENT
) -> list[Answers]:
    """Answer `questions` by each method of `protocol`, in one pass over the vocabulary.

    A question with a word out of vocabulary is not asked, unless the protocol has another word for it. An answer is
    right if the best of all words, without those of the question, is d. Case concerns the questions and, with a
    protocol that folds it, what counts as d; the rows stay as they are. Questions that become the same count each time.
    """
    lookup = Lookup(source, protocol.case, protocol.limit)
    found = find_questions(source, questions, protocol, lookup)
    ids = found.ids.reshape(-1, 4)
    used = (ids >= 0).all(1)
    rarest = np.where(used, ids.max(1), -1)
    asked = ids[:, 3] >= 0 if protocol.unknown == "first" else used
    stop = min(protocol.limit or len(source.vocab), len(source.vocab))
    judged = []
    with progress.bar(stop, "analogies", "words") as advance:
        tops = best_answers(source, ids[asked, :3], protocol, advance)
    for top in tops:
        right = np.zeros(len(ids), bool)
        right[asked] = _guesses(top, ids[asked, :3], lookup, protocol) == ids[asked, 3]
        sections, at = [], 0
        for name, total in questions.sections:
            span = slice(at, at := at + total)
            sections.append(Section(name, int(right[span].sum()), int(used[span].sum()), total))
        judged.append(Answers(sections, found.distinct, found.capitals, right, rarest))
    return judged


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
    taboo = np.hstack([triples, np.full((len(triples), len(aside)), aside, np.int64)])
    if (triples < 0).any():
        triples = np.where(triples < 0, first_word(source, stop), triples)
    options = {"epsilon": protocol.epsilon, "strict": True, "advance": advance, "taboo": taboo}
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
