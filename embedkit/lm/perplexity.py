"""Perplexity of a whole text: every word and every line end counts, and nothing else does."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..runtime.progress import SILENT, Progress
from ..text.encoded import TextSize
from .protocol import LanguageModel
from .score import BATCH, STEPS, score_lines, score_text


class Perplexity(NamedTuple):
    """The perplexity of a text of `tokens` words and line ends, `unknown` of them `<unk>`.

    `total` and `unknown_total` are natural log probabilities, of all tokens and of those that are `<unk>`. `size` is
    that of the text as it was written (`text.encoded.TextSize`): what compares between tokenizers goes by it.
    """

    tokens: int
    unknown: int
    total: float
    unknown_total: float
    size: TextSize | None = None

    @classmethod
    def of(cls, ids: np.ndarray, scores: np.ndarray, unk: int | None) -> Perplexity:
        """From natural log probabilities (N,) float64 of the ids (N,); -1, or `unk`, is an unknown word."""
        is_unknown = ids == (-1 if unk is None else unk)
        unknown_total = float(scores[is_unknown].sum())
        return cls(len(ids), int(np.count_nonzero(is_unknown)), float(scores.sum()), unknown_total)

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

    @property
    def perplexity_per_word(self) -> float | None:
        """exp of -log p of the whole text, by its words and line ends, whatever the tokens are."""
        return _exp(-self.total / self.size.words) if self.size else None

    @property
    def bits_per_character(self) -> float | None:
        """-log2 p of the whole text, by its characters, those of white space and line ends among them."""
        return -self.total / self.size.characters / math.log(2) if self.size else None


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def perplexity(model: LanguageModel, ids: np.ndarray, **options) -> Perplexity:
    """Of the text `ids` (N,); see `token_scores` for `options`."""
    return Perplexity.of(ids, token_scores(model, ids, **options), model.unk)


def token_scores(
    model: LanguageModel,
    ids: np.ndarray,
    *,
    reset: bool = False,
    batch: int = BATCH,
    steps: int | None = None,
    progress: Progress = SILENT,
) -> np.ndarray:
    """Natural log probabilities (N,) float64 of the text `ids` (N,), in which `model.eos` ends every line.

    The model reads a line end, then the text, and is asked for every token. It reads all lines as one text, or with
    `reset` each line anew. `steps` (words read at a time) and `batch` (lines read at a time, with `reset`) cost memory
    and time, and change the result by no more than rounding; by default `steps` is what suits the model.
    """
    steps = steps or getattr(model, "steps", STEPS)
    with progress.bar(len(ids), "scoring", "tokens") as advance:
        found = []
        for scores in _by_line(model, ids, batch, steps) if reset else score_text(model, ids, steps):
            found.append(scores)
            advance(len(scores))
    return np.concatenate(found)


def _by_line(model: LanguageModel, ids: np.ndarray, batch: int, steps: int):
    """The scores of whole lines, some hundred batches at a time."""
    lines = np.split(ids, np.flatnonzero(ids == model.eos) + 1)[:-1]
    for first in range(0, len(lines), 256 * batch):
        block = [line[:-1] for line in lines[first : first + 256 * batch]]
        yield np.concatenate(score_lines(model, block, batch, steps))
