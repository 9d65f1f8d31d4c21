"""The most probable line, searched with a beam."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .generate import allowed, read
from .protocol import LanguageModel


class Path(NamedTuple):
    """Words of a line with the natural log probability of each, and the model before the last of them was read."""

    ids: tuple[int, ...]
    scores: tuple[float, ...]
    total: float
    log_probabilities: np.ndarray
    state: object


def write_best(
    model: LanguageModel, width: int, length: int, prompt: Sequence[int] = (), skip: Sequence[int] = ()
) -> Iterator[tuple[int, float]]:
    """(id, natural log probability) of `length` words after `prompt`: line by line the best that a beam finds.

    A line ends with `model.eos`, or where `length` is used up. The best one is the most probable: nothing makes up for
    length. A beam as wide as there are lines finds the best of all, one of width 1 is greedy.
    """
    log_probabilities, state = read(model, prompt)
    while True:
        best = search(model, Path((), (), 0.0, log_probabilities, state), width, length, list(skip))
        yield from zip(best.ids, best.scores)
        length -= len(best.ids)
        if not length:
            return
        log_probabilities, state = model.step(np.array(best.ids[-1:]), best.state)


def search(model: LanguageModel, start: Path, width: int, length: int, skip: list[int]) -> Path:
    """The most probable way from `start`, of which nothing was read, to the end of the line."""
    live, done = [start], None
    for left in reversed(range(length)):
        grown = [longer for path in live for longer in _grow(path, width, skip)]
        grown.sort(key=lambda path: (-path.total, path.ids))
        live = []
        for path in grown[:width]:
            if left and path.ids[-1] != model.eos:
                live.append(path)
            elif done is None or path.total > done.total:
                done = path
        # Log probabilities only fall: what is behind already cannot win.
        live = [path for path in live if done is None or path.total > done.total]
        if not live:
            break
        live = [_read(model, path) for path in live]
    return done


def _grow(path: Path, width: int, skip: list[int]) -> Iterator[Path]:
    """`path` with each of the `width` most probable words behind it."""
    row = allowed(path.log_probabilities[0], skip)
    for id in np.argsort(-row, kind="stable")[:width].tolist():
        if row[id] > -np.inf:
            score = float(row[id])
            yield path._replace(ids=(*path.ids, id), scores=(*path.scores, score), total=path.total + score)


def _read(model: LanguageModel, path: Path) -> Path:
    log_probabilities, state = model.step(np.array(path.ids[-1:]), path.state)
    return path._replace(log_probabilities=log_probabilities, state=state)
