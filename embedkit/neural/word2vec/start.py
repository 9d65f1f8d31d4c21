"""Where training starts: small random input rows, output rows of zeros, or the vectors of a file."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...progress import Progress
from ...simd import LANES
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
    step = max(1, (1 << 22) // D)
    for first in range(0, V, step):
        # Uniform within 1 / dim, as fastText and gensim start (word2vec with half of it, which is a little worse);
        # block by block, so that nothing as large as the table is made twice.
        block = rows[first : min(first + step, V), : model.dim]
        block[:] = (2 * rng.random(block.shape, np.float32) - 1) / np.float32(model.dim)
    frozen = np.empty(0, np.uint8)
    if model.init is not None:
        known = take_rows(model.init, vocab, rows[:V, : model.dim], progress)
        if model.freeze:
            frozen = known.astype(np.uint8)
    with_positions = getattr(model, "position_weights", False)
    positions = np.ones(2 * config.context.window * D if with_positions else 0, np.float32)
    return Tables(inputs, zeros(outputs + 1, D), positions, frozen)


def take_rows(path: str, vocab, rows: np.ndarray, progress: Progress) -> np.ndarray:
    """Put the vectors that file `path` has for words of `vocab` into `rows` (V, dim); (V,) bool where it had one."""
    from ...vectors import formats

    given = formats.load(path)
    if given.width != rows.shape[1]:
        raise EmbedkitError(
            f"{path}: its vectors have {given.width} dimensions, not {rows.shape[1]}", f"--dim {given.width}"
        )
    ids = np.array([-1 if (id := given.vocab.id(word)) is None else id for word in vocab], np.int64)
    known = ids >= 0
    if not known.any():
        raise EmbedkitError(f"{path}: has none of the words of the text", "is it in the same language and case?")
    for block in np.array_split(np.flatnonzero(known), max(1, len(ids) >> 14)):
        rows[block] = given.rows(ids[block])
    progress.say(f"{known.sum():,} of {len(vocab):,} words start from {path}")
    return known
