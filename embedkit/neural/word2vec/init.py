"""Initialization: small random input rows, output rows of zeros, or the vectors of a file."""

from __future__ import annotations

import numpy as np

from ...runtime.progress import Progress
from ...runtime.simd import LANES
from ...training.pretrained import copy_rows, known_words, open_vectors
from ._kernels import Tables
from .subword_rows import SubwordRows, rows_of, start_from


def row_width(dim: int) -> int:
    """D: `dim` rounded up to whole registers."""
    return -(-dim // LANES) * LANES


def zeros(rows: int, width: int) -> np.ndarray:
    """A flat float32 table of zeros whose rows start where cache lines do."""
    spare = np.zeros(rows * width + LANES, np.float32)
    first = -spare.ctypes.data % (4 * LANES) // 4
    return spare[first : first + rows * width]


def copied(table: np.ndarray) -> np.ndarray:
    """A copy of a flat table, aligned as `zeros` does it."""
    copy = zeros(1, len(table))
    copy[:] = table
    return copy


def fill_uniform(rows: np.ndarray, seed: int) -> None:
    """`rows` (n, dim) uniform within 1 / dim, as fastText and gensim start (word2vec with half of it, which is a little
    worse); block by block, so that nothing as large as the table is made twice."""
    rng, (n, dim) = np.random.default_rng(seed), rows.shape
    step = max(1, (1 << 18) // row_width(dim))
    for first in range(0, n, step):
        block = rows[first : first + step]
        block[:] = (2 * rng.random(block.shape, np.float32) - 1) / np.float32(dim)


def tables(vocab, config, outputs: int, progress: Progress, subwords: SubwordRows | None = None) -> Tables:
    """The tables of a new run: `outputs` output rows and one more, rows of n-grams, all zero; see `_kernels.Tables`."""
    model, V, U = config.model, len(vocab), len(subwords.buckets) if subwords else 0
    D = row_width(model.dim)
    inputs = zeros(V + U + 1, D)
    rows = inputs.reshape(-1, D)
    # Rows of n-grams stay zero: that was better than random ones, and what is never trained says nothing.
    fill_uniform(rows[:V, : model.dim], config.training.seed)
    frozen = np.empty(0, np.uint8)
    if model.init is not None:
        given = open_vectors(model.init, model.dim, "--dim")
        known, ids = known_words(given, vocab, model.init, progress)
        if U:
            start_from(given, known, ids, subwords, rows, model)
        else:
            copy_rows(given, known, ids, rows[:, : model.dim])
        if model.freeze:
            frozen = np.zeros(V + U, np.uint8)
            frozen[known] = 1
            if U:
                frozen[rows_of(subwords.words, known)] = 1
    with_positions = getattr(model, "position_weights", False)
    positions = np.ones(2 * config.context.window * D if with_positions else 0, np.float32)
    return Tables(inputs, zeros(outputs + 1, D), positions, frozen)
