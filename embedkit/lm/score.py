"""Log probabilities of words: those of one long text, or those of lines that know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .protocol import LanguageModel

STEPS = 2048  # words scored at a time: rows enough for one product, and little memory
BATCH = 32
SKIP = -1  # where nothing is asked


def chunks(model: LanguageModel, ids: np.ndarray, steps: int = STEPS) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Inputs and targets, both (T, 1), of one text `ids` (N,) that is read after a line end, `steps` at a time."""
    last = [model.eos]
    for at in range(0, len(ids), steps):
        read = np.concatenate([last, ids[at : at + steps]]).astype(np.int64)[:, None]
        yield read[:-1], read[1:]
        last = read[-1]


def score_text(model: LanguageModel, ids: np.ndarray, steps: int = STEPS) -> Iterator[np.ndarray]:
    """Natural log probabilities, float64, of `ids` (N,), `steps` at a time: one text, read after a line end."""
    state = model.start(1)
    for inputs, targets in chunks(model, ids, steps):
        scores, state = model.score(inputs, targets, state)
        yield scores[:, 0].astype(np.float64)


def score_lines(
    model: LanguageModel, lines: Sequence[np.ndarray], batch: int = BATCH, steps: int = STEPS
) -> list[np.ndarray]:
    """For each of `lines` (n,) natural log probabilities (n + 1,) float64: of its ids, and of its end.

    Every line is read as if nothing but a line end had come before it. So lines of about one length are read together,
    up to `batch` of them; which ones changes no more than the last bits.
    """
    order = sorted(range(len(lines)), key=lambda i: len(lines[i]))
    found: list[np.ndarray] = [np.empty(0)] * len(lines)
    size = batch if model.supports_batching else 1
    for at in range(0, len(order), size):
        group = order[at : at + size]
        for i, scores in zip(group, _together(model, [lines[i] for i in group], steps)):
            found[i] = scores
    return found


def _together(model: LanguageModel, lines: list[np.ndarray], steps: int) -> list[np.ndarray]:
    T, B = max(map(len, lines)) + 1, len(lines)
    inputs, targets = np.full((T, B), model.eos, np.int64), np.full((T, B), SKIP, np.int64)
    for b, ids in enumerate(lines):
        n = len(ids)
        inputs[1 : n + 1, b], targets[:n, b], targets[n, b] = ids, ids, model.eos
    state, scores = model.start(B), np.empty((T, B))
    for at in range(0, T, steps):
        scores[at : at + steps], state = model.score(inputs[at : at + steps], targets[at : at + steps], state)
    return [scores[: len(ids) + 1, b] for b, ids in enumerate(lines)]


class Scorer:
    """Scores line after line: natural log probabilities (n + 1,) float64 of the ids (n,) of one, and of its end.

    With `carry` a line is read after those before it, else as if it were the first. Lines are read one by one: what one
    gets does not depend, not even in the last bit, on what was asked along with it.
    """

    def __init__(self, model: LanguageModel, carry: bool = False):
        self._model, self._carry, self._state = model, carry, model.start(1)

    def __call__(self, ids: np.ndarray) -> np.ndarray:
        read = np.concatenate([[self._model.eos], ids, [self._model.eos]]).astype(np.int64)[:, None]
        scores, state = self._model.score(read[:-1], read[1:], self._state)
        if self._carry:
            self._state = state
        return scores[:, 0].astype(np.float64)
