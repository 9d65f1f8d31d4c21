"""Imbalanced labels: weights of labels, and the order in which an epoch takes the texts."""

from __future__ import annotations

import math

import numpy as np

from ...errors import FormatError
from ...io.files import read_whole
from ...text.labelled import Examples
from ...text.vocab import ERRORS


def class_weights(which: str | None, examples: Examples) -> np.ndarray:
    """(K,) float32: 1; "balanced", N / (K · n_k) (King & Zeng 2001, and scikit-learn); or the weights in a file.

    FormatError names the first line that is no label and weight; labels that the file lacks weigh 1.
    """
    counts = examples.label_counts
    if which is None:
        return np.ones(len(counts), np.float32)
    if which == "balanced":
        return (counts.sum() / (len(counts) * np.maximum(counts, 1))).astype(np.float32)
    place, weights = {name: id for id, name in enumerate(examples.names)}, np.ones(len(counts), np.float32)
    for number, line in enumerate(read_whole(which).decode("utf-8", ERRORS).splitlines(), 1):
        if not line.strip():
            continue
        label, _, weight = line.partition("\t")
        try:
            value = float(weight)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise FormatError(which, f"no weight: {line[:60]!r}", "a line is LABEL, a tab, WEIGHT", line=number)
        if label not in place:
            known = ", ".join(list(place)[:5])
            raise FormatError(which, f"no text has the label {label!r}", f"labels: {known}", line=number)
        weights[place[label]] = value
    return weights


def text_weights(examples: Examples, weights: np.ndarray) -> np.ndarray:
    """(N,) float32: the weight of each text times the mean of those of its labels."""
    sizes = np.diff(examples.label_starts)
    means = np.add.reduceat(weights[examples.labels], examples.label_starts[:-1]) / np.maximum(sizes, 1)
    return (examples.weights * means).astype(np.float32)


def epoch_order(examples: Examples, sampler: str, seed: int, epoch: int) -> np.ndarray:
    """(N,) int32: the texts of an epoch. They depend on seed and epoch alone.

    "shuffle": each once. "weighted": drawn with replacement, every label with the same chance.
    """
    rng = np.random.default_rng((seed, epoch))
    if sampler == "shuffle":
        return rng.permutation(len(examples)).astype(np.int32)
    chances = text_weights(examples, 1 / np.maximum(examples.label_counts, 1)).astype(np.float64)
    return rng.choice(len(examples), len(examples), p=chances / chances.sum()).astype(np.int32)
