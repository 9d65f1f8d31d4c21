"""Perplexity of a whole text: every word and every line end counts, and nothing else does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..progress import SILENT, Progress
from .protocol import LanguageModel
from .score import BATCH, STEPS, score_lines, score_text


class Perplexity(NamedTuple):
    """What a model says to a text of `tokens` words and line ends, `unknown` of them `<unk>`.

    `total` and `unknown_total` are natural log probabilities, of all tokens and of those that are `<unk>`.
    """

    tokens: int
    unknown: int
    total: float
    unknown_total: float

    @property
    def perplexity(self) -> float:
        """exp of the mean of -log p, `<unk>` being a word as any other."""
        return _exp(-self.total / self.tokens)

    @property
    def perplexity_known(self) -> float | None:
        """The same mean without the tokens that are `<unk>`; the model reads them, but they do not count."""
        known = self.tokens - self.unknown
        return _exp((self.unknown_total - self.total) / known) if known else None

    @property
    def bits_per_token(self) -> float:
        """The mean of -log2 p."""
        return -self.total / self.tokens / math.log(2)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def perplexity(
    model: LanguageModel,
    ids: np.ndarray,
    *,
    reset: bool = False,
    batch: int = BATCH,
    steps: int = STEPS,
    progress: Progress = SILENT,
) -> Perplexity:
    """Of the text `ids` (N,), in which `model.eos` ends every line.

    The model reads a line end, then the text, and is asked for every token. It reads all lines as one text, or with
    `reset` each line anew. Sums are float64. `steps` (words read at a time) and `batch` (lines read at a time, with
    `reset`) cost memory and time, and change the result by no more than rounding.
    """
    total = unknown_total = 0.0
    at = unknown = 0
    with progress.bar(len(ids), "scoring", "tokens") as advance:
        for tokens, scores in _by_line(model, ids, batch, steps) if reset else _in_order(model, ids, steps):
            is_unknown = tokens == -1 if model.unk is None else tokens == model.unk
            total += float(scores.sum())
            unknown_total += float(scores[is_unknown].sum())
            unknown += int(np.count_nonzero(is_unknown))
            at += len(tokens)
            advance(len(tokens))
    return Perplexity(at, unknown, total, unknown_total)


def _in_order(model: LanguageModel, ids: np.ndarray, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    at = 0
    for scores in score_text(model, ids, steps):
        yield ids[at : at + len(scores)], scores
        at += len(scores)


def _by_line(model: LanguageModel, ids: np.ndarray, batch: int, steps: int) -> Iterator:
    """(ids, scores) of whole lines, some hundred batches at a time."""
    ends = np.flatnonzero(ids == model.eos)
    starts = np.concatenate([[0], ends[:-1] + 1])
    for first in range(0, len(ends), 256 * batch):
        spans = list(zip(starts[first : first + 256 * batch].tolist(), ends[first : first + 256 * batch].tolist()))
        scores = score_lines(model, [ids[start:end] for start, end in spans], batch, steps)
        yield ids[spans[0][0] : spans[-1][1] + 1], np.concatenate(scores)
