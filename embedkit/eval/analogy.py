"""a is to b as c is to d: how often is d the best answer?

3CosAdd: Mikolov, Yih & Zweig (2013), "Linguistic regularities in continuous space word representations".
3CosMul: Levy & Goldberg (2014), "Linguistic regularities in sparse and explicit word representations".
Both need nothing but the cosines of a, b and c with every candidate, so each distinct word of the questions meets the
vocabulary once, in however many questions it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError
from ..progress import SILENT, Progress
from ..vectors.query import BLOCK, EPSILON
from .readers import Questions
from .source import Source, look_up

METHODS = ("add", "mul")
OOV = ("skip", "wrong")
TABLE = 1 << 22  # cosines of question words with candidates held at a time (16 MiB)
TILE, STRIP = 4096, 64  # candidates and questions at a time: the scores of one strip stay in the cache


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


def judge_questions(source: Source, questions: Questions, method: str = "add", limit: int | None = 30000,
                    lowercase: bool = False, progress: Progress = SILENT) -> Answers:
    """Answer `questions` from the first `limit` words; a question with a word outside of them is not asked.

    An answer is right if the best of all these words, without the three of the question, is d. `lowercase` changes the
    questions, never the vocabulary; questions that become the same count each time.
    """
    found = look_up(source, questions.words, limit, lowercase)
    ids = found.ids.reshape(-1, 4)
    used = (ids >= 0).all(1)
    right = np.zeros(len(ids), bool)
    right[used] = best_answers(source, ids[used, :3], method, limit, progress) == ids[used, 3]
    sections, at = [], 0
    for name, total in questions.sections:
        span = slice(at, at := at + total)
        sections.append(Section(name, int(right[span].sum()), int(used[span].sum()), total))
    return Answers(sections, found.distinct, found.capitals)


def best_answers(source: Source, triples: np.ndarray, method: str = "add", limit: int | None = None,
                 progress: Progress = SILENT) -> np.ndarray:
    """The best answer (n,) int64 to every row a, b, c of `triples` (n, 3); of equals the lowest id, -1 without any.

    Scores are those of `vectors.query.analogy`, candidates the first `limit` words. The vocabulary is met tile by tile,
    so that memory does not depend on its size. Raises EmbedkitError for a candidate that holds NaN or infinity.
    """
    stop = min(limit or len(source.vocab), len(source.vocab))
    best, answers = np.full(len(triples), -np.inf, np.float32), np.full(len(triples), -1, np.int64)
    if not len(triples):
        return answers
    words, places = np.unique(triples, return_inverse=True)
    places = places.reshape(-1, 3)
    step = min(TILE, max(64, TABLE // len(words)))
    buffers = np.empty((2, STRIP * step), np.float32)
    with progress.bar(stop, "analogies", "words") as advance:
        for start in range(0, stop, step):
            cosines = _cosines(source, words, start, min(start + step, stop))
            tables = _tables(cosines, method, hasattr(source, "indptr"))
            for at in range(0, len(triples), STRIP):
                strip = slice(at, at + STRIP)
                tops, winners = _best_of(tables, places[strip], triples[strip] - start, buffers)
                better = tops > best[strip]
                np.copyto(best[strip], tops, where=better)
                np.copyto(answers[strip], winners + start, where=better)
            advance(cosines.shape[1])
    return answers


def _cosines(source: Source, words: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Cosines (U, stop - start) of rows `words` with the candidates start..stop."""
    tile, step = np.empty((len(words), stop - start), np.float32), max(1, BLOCK // source.width)
    for at in range(0, len(words), step):
        with np.errstate(invalid="ignore"):
            tile[at : at + step] = source.scores(source.rows(words[at : at + step]), "cosine", start, stop)
    broken = ~np.isfinite(tile)
    if broken.any():
        # argmax puts NaN above every number: such a candidate would be the answer to everything.
        rows, columns = broken.all(1), broken.any(0)
        id = int(words[rows.argmax()] if rows.any() else start + columns.argmax())
        raise EmbedkitError(f"the vector of {source.vocab[id]!r} holds NaN or infinity")
    return tile


def _tables(cosines: np.ndarray, method: str, is_sparse: bool) -> tuple[np.ndarray, np.ndarray, np.ufunc]:
    """What b and c contribute, what a contributes, and how contributions are joined."""
    if method == "add":
        return cosines, -cosines, np.add
    if not is_sparse:
        cosines = (1 + cosines) / 2
    return cosines, 1 / (cosines + np.float32(EPSILON)), np.multiply


def _best_of(tables, places: np.ndarray, triples: np.ndarray, buffers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The highest score and its column (n,): `places` (n, 3) are rows of the tables, `triples` columns to avoid."""
    plus, minus, join = tables
    n, width = len(places), plus.shape[1]
    scores, other = buffers[:, : n * width].reshape(2, n, width)
    # Only with mode="clip" does numpy write straight into the buffer; all indices are valid.
    np.take(plus, places[:, 1], 0, scores, "clip")
    for table, word in ((minus, 0), (plus, 2)):
        np.take(table, places[:, word], 0, other, "clip")
        join(scores, other, scores)
    rows, columns = np.nonzero((triples >= 0) & (triples < width))
    scores[rows, triples[rows, columns]] = -np.inf
    winners = scores.argmax(1)
    return scores[np.arange(n), winners], winners
