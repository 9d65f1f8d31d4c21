"""Beam search for the most probable line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .generate import mask_logits, read
from .protocol import LanguageModel


class Hypothesis(NamedTuple):
    """Words of a line with the natural log probability of each, and the model before the last of them was read."""

    ids: tuple[int, ...]
    scores: tuple[float, ...]
    total: float
    log_probabilities: np.ndarray
    state: object


def beam_search(
    model: LanguageModel, width: int, length: int, prompt: Sequence[int] = (), banned: Sequence[int] = ()
) -> Iterator[tuple[int, float]]:
    """(id, natural log probability) of `length` words after `prompt`: line by line the best that a beam finds.

    A line ends with `model.eos`, or where `length` is used up. The best one is the most probable: without length
    normalization. A beam as wide as there are lines finds the best of all, one of width 1 is greedy.
    """
    log_probabilities, state = read(model, prompt)
    while True:
        best = search(model, Hypothesis((), (), 0.0, log_probabilities, state), width, length, list(banned))
        yield from zip(best.ids, best.scores)
        length -= len(best.ids)
        if not length:
            return
        log_probabilities, state = model.step(np.array(best.ids[-1:]), best.state)


def search(model: LanguageModel, start: Hypothesis, width: int, length: int, banned: list[int]) -> Hypothesis:
    """The most probable way from `start`, of which nothing was read, to the end of the line."""
    live, done = [start], None
    for left in reversed(range(length)):
        grown = [longer for hypothesis in live for longer in _grow(hypothesis, width, banned)]
        grown.sort(key=lambda hypothesis: (-hypothesis.total, hypothesis.ids))
        live = []
        for hypothesis in grown[:width]:
            if left and hypothesis.ids[-1] != model.eos:
                live.append(hypothesis)
            elif done is None or hypothesis.total > done.total:
                done = hypothesis
        # Log probabilities only fall: what is behind already cannot win.
        live = [hypothesis for hypothesis in live if done is None or hypothesis.total > done.total]
        if not live:
            break
        live = _read(model, live)
    return done


def _grow(hypothesis: Hypothesis, width: int, banned: list[int]) -> Iterator[Hypothesis]:
    """`hypothesis` with each of the `width` most probable words behind it."""
    row = mask_logits(hypothesis.log_probabilities[0], banned)
    for id in most_probable(row, width).tolist():
        if row[id] > -np.inf:
            score = float(row[id])
            ids, scores = (*hypothesis.ids, id), (*hypothesis.scores, score)
            yield hypothesis._replace(ids=ids, scores=scores, total=hypothesis.total + score)


def most_probable(row: np.ndarray, n: int) -> np.ndarray:
    """The ids of the n greatest numbers of `row` (V,), the greatest first, of equal ones the first first."""
    if n < len(row):
        least = np.partition(row, -n)[-n]
        near = np.flatnonzero(row >= least)  # more than n where some are equal
    else:
        near = np.arange(len(row))
    return near[np.argsort(-row[near], kind="stable")[:n]]


def _read(model: LanguageModel, live: list[Hypothesis]) -> list[Hypothesis]:
    """Hypotheses whose last words are read: all together where the model can."""
    ids, states = np.array([hypothesis.ids[-1] for hypothesis in live]), [hypothesis.state for hypothesis in live]
    if hasattr(model, "step_all") and len(live) > 1:
        rows, states = model.step_all(ids, states)
        found = [(rows[i : i + 1], state) for i, state in enumerate(states)]
    else:
        found = [model.step(ids[i : i + 1], state) for i, state in enumerate(states)]
    return [hypothesis._replace(log_probabilities=row, state=state) for hypothesis, (row, state) in zip(live, found)]
