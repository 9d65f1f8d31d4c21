"""Measures of label probabilities against the labels that texts have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FLOOR = 1e-12  # of probabilities, for their logarithms


class Truth(NamedTuple):
    """Labels of N texts: of text n `labels[starts[n]:starts[n + 1]]`."""

    labels: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def matrix(self, classes: int) -> np.ndarray:
        """(N, classes) bool."""
        found = np.zeros((len(self), classes), bool)
        found[np.repeat(np.arange(len(self)), np.diff(self.starts)), self.labels] = True
        return found


def is_right(probabilities: np.ndarray, truth: Truth) -> np.ndarray:
    """(N,) bool: the likeliest label of each text is one of its own."""
    best = probabilities.argmax(1)
    hits = truth.labels == np.repeat(best, np.diff(truth.starts))
    return np.logical_or.reduceat(hits, truth.starts[:-1])


def cross_entropy(probabilities: np.ndarray, truth: Truth, binary: bool) -> float:
    """Mean loss of the texts in nats: of softmax, the same share of each label being the target, or, `binary`, the sum
    over all labels."""
    sizes = np.diff(truth.starts)
    owners = np.repeat(np.arange(len(truth)), sizes)
    own = np.log(np.maximum(probabilities[owners, truth.labels], FLOOR), dtype=np.float64)
    if not binary:
        return float(-(own / sizes[owners]).sum() / len(truth))
    others = np.log(np.maximum(1 - probabilities, FLOOR), dtype=np.float64)
    return float(-(own.sum() + others.sum() - others[owners, truth.labels].sum()) / len(truth))
