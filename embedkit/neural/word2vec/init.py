"""Initialization: small random input rows, output rows of zeros, or the vectors of a file."""

from __future__ import annotations

import numpy as np

from ...runtime.progress import Progress
from ...runtime.simd import LANES
from ...training.pretrained import take_rows
from ._kernels import Tables


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


def tables(vocab, config, outputs: int, progress: Progress) -> Tables:
    """The tables of a new run: `outputs` output rows and one more; see `_kernels.Tables`."""
    model, V = config.model, len(vocab)
    D = row_width(model.dim)
    inputs = zeros(V + 1, D)
    rows, rng = inputs.reshape(-1, D), np.random.default_rng(config.training.seed)
    step = max(1, (1 << 18) // D)
    for first in range(0, V, step):
        # Uniform within 1 / dim, as fastText and gensim start (word2vec with half of it, which is a little worse);
        # block by block, so that nothing as large as the table is made twice.
        block = rows[first : min(first + step, V), : model.dim]
        block[:] = (2 * rng.random(block.shape, np.float32) - 1) / np.float32(model.dim)
    frozen = np.empty(0, np.uint8)
    if model.init is not None:
        known = take_rows(model.init, vocab, rows[:V, : model.dim], "--dim", progress)
        if model.freeze:
            frozen = known.astype(np.uint8)
    with_positions = getattr(model, "position_weights", False)
    positions = np.ones(2 * config.context.window * D if with_positions else 0, np.float32)
    return Tables(inputs, zeros(outputs + 1, D), positions, frozen)
