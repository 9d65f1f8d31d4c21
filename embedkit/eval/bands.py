"""Scores by frequency: pairs and questions in bands, from those of frequent words to those with a rare one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .analogy import Answers, Section
from .similarity import Agreement, agreement


def bands(rarest: np.ndarray, n: int) -> list[tuple[str, np.ndarray]]:
    """Up to `n` bands of about as many items each: their names and who is in them, (items,) bool.

    `rarest` (items,) int64: the id of the rarest word of each, -1 for those that are in no band. A band is a range of
    ranks, `ranks 1-500`; items of one rank stay together.
    """
    ranks, start, found = np.sort(rarest[rarest >= 0]), 0, []
    if len(ranks):
        for end in np.unique(ranks[np.ceil(np.arange(1, n + 1) * len(ranks) / n).astype(int) - 1]).tolist():
            found.append((f"ranks {start + 1}-{end + 1}", (rarest >= start) & (rarest <= end)))
            start = end + 1
    return found


def agreement_bands(result: Agreement, n: int) -> Iterator[tuple[str, Agreement]]:
    """The correlations of every band of pairs, with its name."""
    for name, inside in bands(result.rarest, n):
        columns = (result.cosines, result.gold, result.rarest, result.order)
        yield name, agreement(*(column[inside] for column in columns))


def answer_bands(result: Answers, n: int) -> Iterator[Section]:
    """Every band of questions, as a section."""
    for name, inside in bands(result.rarest, n):
        yield Section(name, int(result.right[inside].sum()), int(inside.sum()), int(inside.sum()))
