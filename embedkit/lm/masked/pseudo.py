"""Pseudo-log-likelihood of lines (Salazar et al. 2020): each token given all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...text.whole_words import word_starts
from ...vectors.query import text_options
from ..lines import Line, reader
from .protocol import MaskedModel
from .windows import window

COPIES = 4096  # masked copies of lines that are asked for together


class PseudoScorer:
    """Scores lines: natural log probabilities of each token, given the line in which it alone is masked.

    `word_l2r` (Kauf & Ivanova 2023, PLL-word-l2r) masks the later pieces of the token's word too, which otherwise tell
    it; of tokens that are whole words it is the same. A line that is longer than the model's context is read, for each
    token, in the part about it that has room.
    """

    def __init__(self, model: MaskedModel, word_l2r: bool = False):
        self._model, self.read = model, reader(model)
        self._starts = word_starts(model.vocab, text_options(model).get("tokenizer")) if word_l2r else None

    def __call__(self, lines: Sequence[Line]) -> list[np.ndarray]:
        """Of each line (n,) float64, none of an empty one."""
        copies, places, targets = [], [], []
        for line in lines:
            later = self._later(line.ids)
            for place, id in enumerate(line.ids.tolist()):
                begin, end = window(len(line.ids), place, self._model.room)
                copy = line.ids[begin:end].copy()
                copy[place - begin : max(later[place] - begin, 0)] = self._model.mask
                copies.append(copy)
                places.append(place - begin)
                targets.append(id)
        scores, places, targets = np.empty(len(copies)), np.array(places, np.int64), np.array(targets, np.int64)
        for at in range(0, len(copies), COPIES):
            part = slice(at, at + COPIES)
            scores[part] = self._model.score(copies[part], places[part], targets[part])
        return np.split(scores, np.cumsum([len(line.ids) for line in lines])[:-1])

    def _later(self, ids: np.ndarray) -> np.ndarray:
        """Of each token the place behind what is masked with it."""
        after = np.arange(1, len(ids) + 1)
        if self._starts is None or not len(ids):
            return after
        ends = np.append(np.flatnonzero(self._starts[ids][1:]) + 1, len(ids))
        return ends[np.searchsorted(ends, after)]
