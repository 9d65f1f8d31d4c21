"""Metrics of sequences: exact match and token error rate of outputs, each against the nearest of its references.

Lines of a parallel text that share their source are references of one another. Of the references of a source the one
of the least edit distance counts, the shorter of equals (Toshniwal & Livescu 2016, "Jointly learning to align and
convert graphemes to phonemes with neural attention models"). With phonemes as tokens, the token error rate is the
phoneme error rate, and one minus exact match the word error rate, of that literature.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .edit_distance import levenshtein


class Errors(NamedTuple):
    """Of n outputs: `edits` (n,) int64, the edit distance to the nearest reference, and its `lengths` (n,) int64."""

    edits: np.ndarray
    lengths: np.ndarray

    def rate(self) -> float | None:
        """Token error rate, Σ edits / Σ lengths, which can exceed 1; None where all references are empty."""
        length = int(self.lengths.sum())
        return int(self.edits.sum()) / length if length else None


def nearest(output: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The edit distance of `output` to the nearest of its references, and the length of that one."""
    return min((levenshtein(reference, output), len(reference)) for reference in references)


def errors(outputs: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]) -> Errors:
    """The errors of the tokens of n outputs, each with one reference or more."""
    found = np.array([nearest(*item) for item in zip(outputs, references, strict=True)], np.int64).reshape(-1, 2)
    return Errors(found[:, 0], found[:, 1])


def exact_matches(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """(n,) bool: the output, as a line, is one of its references."""
    return np.array([output in those for output, those in zip(outputs, references, strict=True)], bool)


def by_source(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The different targets of every source, both in the order in which they come first."""
    found: dict[str, dict[str, None]] = {}
    for source, target in pairs:
        found.setdefault(source, {})[target] = None
    return {source: list(targets) for source, targets in found.items()}
