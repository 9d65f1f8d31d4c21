"""Linear classifiers with int8 weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import EmbedkitError
from .linear import LinearClassifier

LEVELS = 127


class QuantizedRows:
    """(N, D) rows that are codes * steps, float32 where they are asked for.

    codes : (N, D) int8, may be a memory map; steps : (D,) float32
    """

    dtype = np.dtype(np.float32)

    def __init__(self, codes: np.ndarray, steps: np.ndarray):
        self.codes, self.steps, self.shape = codes, steps, codes.shape

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, which) -> np.ndarray:
        """The rows `which`, an index, ids or a slice."""
        return self.codes[which] * self.steps


def quantize(classifier: LinearClassifier, path) -> LinearClassifier:
    """The same classifier with weights rounded to int8, and log-count ratios to eight bits. EmbedkitError where it is
    quantized already."""
    if isinstance(classifier.rows, QuantizedRows):
        raise EmbedkitError(f"{path}: is quantized already")
    scales = classifier.scales
    if scales is not None:
        scales = QuantizedRows(*codes(np.asarray(scales)[:, None]))[:][:, 0]
    rows = QuantizedRows(*codes(classifier.rows))
    return replace(classifier, rows=rows, scales=scales, metadata=dict(classifier.metadata))


def rounding_error(classifier: LinearClassifier, made: LinearClassifier) -> float:
    """The length of what rounding changed in the weights, as a share of theirs."""
    wrong = total = 0.0
    for at in range(0, len(made.rows), 1 << 16):
        before = np.asarray(classifier.rows[at : at + (1 << 16)], np.float64)
        wrong += float(((made.rows[at : at + (1 << 16)] - before) ** 2).sum())
        total += float((before**2).sum())
    return (wrong / total) ** 0.5 if total else 0.0


def codes(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) int8 and (D,) float32 steps, one for each column: the largest number of it is 127."""
    steps = np.maximum(np.abs(rows).max(0), np.finfo(np.float32).tiny).astype(np.float32) / LEVELS
    return np.rint(rows / steps).astype(np.int8), steps
