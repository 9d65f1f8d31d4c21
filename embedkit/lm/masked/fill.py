"""Candidates for the masked tokens of a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..lines import reader, shown
from .protocol import MaskedModel
from .windows import window

K = 5  # candidates of a mask


class Candidate(NamedTuple):
    """A word and its probability, given the rest of the line. Of a subword the word is the text that it stands for,
    with the space that it begins with."""

    word: str
    probability: float


class Filled(NamedTuple):
    """The candidates of each mask of a line, most probable first; none where it has no mask. `unknown` are its words,
    each once, that were read as `<unk>`."""

    masks: list[list[Candidate]]
    unknown: list[str]


def fill(model: MaskedModel, lines: Sequence[str], k: int = K) -> list[Filled]:
    """Of each line the `k` most probable words for every [MASK] in it, each given the words around it, not those that
    other masks stand for. [MASK] and `<eos>` are no candidates.

    Of a line that is longer than the model's context each mask is predicted from the tokens about it that have room.
    """
    read, text = reader(model, masked=True), shown(model)
    sequences, places, owners, filled = [], [], [], []
    for number, string in enumerate(lines):
        line = read(string)
        filled.append(Filled([], line.missing))
        blanks = np.flatnonzero(line.ids == model.mask).tolist()
        together = [blanks] if len(line.ids) <= model.room else [[blank] for blank in blanks]
        for asked in together if blanks else ():
            begin, end = window(len(line.ids), asked[0], model.room)
            sequences.append(line.ids[begin:end])
            places.append([blank - begin for blank in asked])
            owners.append(number)
    for number, logs in zip(owners, model.log_probabilities(sequences, places)):
        logs[:, [model.mask, model.eos]] = -np.inf
        filled[number].masks.extend(_best(model, row, k, text) for row in logs)
    return filled


def _best(model: MaskedModel, logs: np.ndarray, k: int, text: Callable[[str], str]) -> list[Candidate]:
    k = min(k, len(logs) - 2)
    ids = np.argpartition(-logs, k - 1)[:k]
    ids = ids[np.lexsort((ids, -logs[ids]))]
    return [Candidate(text(model.vocab[id]), float(np.exp(np.float64(logs[id])))) for id in ids.tolist()]
