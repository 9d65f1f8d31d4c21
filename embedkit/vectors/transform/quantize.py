"""float32 to int8, and what that costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..quantized import QuantizedVectors
from ..vectors import unit_rows
from .compare import overlaps
from .rows import id_blocks

STEPS = 127  # codes are -127..127
SAMPLE = 500  # words whose neighbours are compared


def quantize(source) -> QuantizedVectors:
    """The rows of `source` (dense) as int8, each with a scale of its own: its largest number becomes 127 or -127."""
    codes, scales = np.empty((len(source), source.width), np.int8), np.empty(len(source), np.float32)
    for ids in id_blocks(*codes.shape):
        rows = source.rows(ids)
        scales[ids] = np.abs(rows).max(axis=1) / np.float32(STEPS)
        steps = np.divide(rows, scales[ids, None], out=np.zeros_like(rows), where=scales[ids, None] > 0)
        codes[ids] = np.clip(np.rint(steps), -STEPS, STEPS)
    return QuantizedVectors(source.vocab, codes, scales, metadata=source.metadata)


class Loss(NamedTuple):
    """`mean` and `largest` error, 1 - cosine of a row with what became of it; `overlap` of neighbours, see `loss`."""

    mean: float
    largest: float
    overlap: float


def loss(source, quantized, k: int = 10, top: int = 50_000) -> Loss:
    """The loss of `quantized` against `source`, over all rows that are not zero.

    The overlap is the mean of `overlaps` for up to 500 words, evenly spread through the first `top` words, which are
    the candidates as well.
    """
    errors = np.zeros(len(source))
    for ids in id_blocks(len(source), source.width):
        rows, found = (unit_rows(each.rows(ids).astype(np.float64)) for each in (source, quantized))
        errors[ids] = np.where(rows.any(axis=1), 1 - np.einsum("ij,ij->i", rows, found), 0)
    sample = np.unique(np.linspace(0, min(top, len(source)) - 1, SAMPLE).astype(np.int64))
    kept = overlaps(source, quantized, sample, k, top)
    kept = kept[~np.isnan(kept)]
    return Loss(float(errors.mean()), float(errors.max()), float(kept.mean(dtype=np.float64)) if len(kept) else 1.0)
