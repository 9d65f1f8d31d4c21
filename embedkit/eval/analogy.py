"""a is to b as c is to d: how often is d the best answer?

3CosAdd: Mikolov, Yih & Zweig (2013), "Linguistic regularities in continuous space word representations".
3CosMul: Levy & Goldberg (2014), "Linguistic regularities in sparse and explicit word representations".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..progress import SILENT, Progress
from ..vectors.ranking import EPSILON, by_tables
from .readers import Questions
from .source import Source, look_up


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
    """One file of questions: its sections, and of its `distinct` words those known in lower case only (`capitals`)."""

    sections: list[Section]
    distinct: int
    capitals: int


def judge_questions(
    source: Source,
    questions: Questions,
    methods: Sequence[str] = ("add",),
    limit: int | None = 30000,
    lowercase: bool = False,
    progress: Progress = SILENT,
) -> list[Answers]:
    """Answer `questions` from the first `limit` words, by each of `methods`, in one pass over the vocabulary.

    A question with a word outside of these is not asked. An answer is right if the best of all these words, without the
    three of the question, is d. `lowercase` changes the questions, never the vocabulary; questions that become the same
    count each time.
    """
    found = look_up(source, questions.words, limit, lowercase)
    ids = found.ids.reshape(-1, 4)
    used = (ids >= 0).all(1)
    answers = []
    for best in best_answers(source, ids[used, :3], methods, limit, progress):
        right = np.zeros(len(ids), bool)
        right[used] = best == ids[used, 3]
        sections, at = [], 0
        for name, total in questions.sections:
            span = slice(at, at := at + total)
            sections.append(Section(name, int(right[span].sum()), int(used[span].sum()), total))
        answers.append(Answers(sections, found.distinct, found.capitals))
    return answers


def best_answers(
    source: Source,
    triples: np.ndarray,
    methods: Sequence[str] = ("add",),
    limit: int | None = None,
    progress: Progress = SILENT,
) -> list[np.ndarray]:
    """By each of `methods` the best answer (n,) int64 to every row a, b, c of `triples` (n, 3).

    Of equals the lowest id, -1 without any. Scores are those of `vectors.ranking.analogy`, candidates the first `limit`
    words. The vocabulary is met tile by tile, so that memory does not depend on its size. Raises EmbedkitError for a
    candidate that holds NaN or infinity.
    """
    stop = min(limit or len(source.vocab), len(source.vocab))
    with progress.bar(stop, "analogies", "words") as advance:
        tops = by_tables(source, triples, methods, 1, stop, EPSILON, strict=True, advance=advance)
    return [top.ids[:, 0] for top in tops]
