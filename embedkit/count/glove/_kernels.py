"""The inner loops of GloVe: counts put into tiles, and the AdaGrad step over the counts of a tile.

Tables are flat float32. A row of `words` and of `contexts` is a vector, padded to D floats, a multiple of 16, and its
sums of squared gradients behind it: 2 D floats that are read and written together. Padding stays 0.
"""

import math
from typing import NamedTuple

import numpy as np

from ...runtime.jit import inlined, kernel
from ...runtime.simd import LANES, clamp, fma, load, mul, per_root, pointer, splat, store, sub, total

ZERO, HALF, LOW = np.float32(0), np.float64(0.5), np.uint32(0xFFFF)


class Tables(NamedTuple):
    """The parameters: `words` (V + 1 rows, the last takes what frozen ones are spared), `contexts` (V rows); their
    biases, each followed by its sum of squared gradients (2 V); (V,) uint8 which word vectors are frozen, or none."""

    words: np.ndarray
    contexts: np.ndarray
    word_biases: np.ndarray
    context_biases: np.ndarray
    frozen: np.ndarray


class Plan(NamedTuple):
    """The options that a step needs; `width` is D, `log_x_max` the logarithm of x_max."""

    width: int
    lr: float
    log_x_max: float
    alpha: float
    clip: float


@inlined
def _below(bound, state):
    """A random integer from 0 to bound - 1 by one step of xorshift64 (Marsaglia 2003); `state` (1,) uint64."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return np.int64(((x >> np.uint64(32)) * np.uint64(bound)) >> np.uint64(32))


@kernel
def tile_rows(indptr, columns, logs, block, place, ends, state, cells, values):
    """Put the entries of some rows into tiles, one per block of columns, each in random order.

    indptr : (R + 1,) int64; columns (nnz,) int32 and logs (nnz,) float32 of the rows
    block, place : (V,) int32 and uint16, the block of a column and its place in there
    ends : (blocks + 1,) int64 zeros; afterwards tile j is ends[j]:ends[j + 1] of the output
    cells, values : output (nnz,); cells are uint32, place of the row << 16 | place of the column
    """
    size = len(ends) - 1
    for k in range(len(columns)):
        ends[block[columns[k]]] += 1
    at = 0
    for j in range(size + 1):
        count = ends[j]
        ends[j] = at
        at += count
    # `ends` has the next free place of each tile, which in the end is where the one after it begins.
    for row in range(len(indptr) - 1):
        for k in range(indptr[row], indptr[row + 1]):
            column = columns[k]
            at = ends[block[column]]
            ends[block[column]] = at + 1
            cells[at] = np.uint32(row) << np.uint32(16) | np.uint32(place[column])
            values[at] = logs[k]
    for j in range(size, 0, -1):
        ends[j] = ends[j - 1]
    ends[0] = 0
    for j in range(size):
        begin = ends[j]
        for i in range(ends[j + 1] - begin - 1, 0, -1):
            p, q = begin + i, begin + _below(i + 1, state)
            cells[p], cells[q] = cells[q], cells[p]
            values[p], values[q] = values[q], values[p]


@inlined
def _bias_step(biases, at, slope):
    """AdaGrad of a bias: at learning rate 1 and without clipping, as in GloVe's program."""
    biases[at] -= slope / np.float32(math.sqrt(biases[at + 1]))
    biases[at + 1] += slope * slope


@kernel(fastmath=True)
def train_tiles(spans, corners, cells, logs, tables, plan, losses, faults):
    """Train on tiles, one entry after another: f(X) (w·c + b_w + b_c - log X)² / 2 goes down by AdaGrad.

    As in GloVe's program the learning rate is a factor of the gradients, so it is inside the sums of their squares;
    both vectors move by what they were before the step.

    spans, corners : (T, 2) int64, a tile is spans[t, 0]:spans[t, 1] of cells and logs (log X), its first row and column
    losses : (T,) float64, gets the summed loss of each tile
    faults : (T,) int64, gets -1, or the place in `cells` where a tile was left as its error is no finite number
    """
    D, lr, clip = plan.width, splat(np.float32(plan.lr)), splat(np.float32(plan.clip))
    top, alpha = np.float32(plan.log_x_max), np.float32(plan.alpha)
    words, contexts = pointer(tables.words), pointer(tables.contexts)
    word_biases, context_biases = pointer(tables.word_biases), pointer(tables.context_biases)
    frozen, has_frozen = pointer(tables.frozen), len(tables.frozen) > 0
    cell_of, log_of, spare = pointer(cells), pointer(logs), len(tables.words) - 2 * plan.width
    limit = np.float32(np.inf)
    for t in range(len(spans)):
        loss, first_row, first_column = 0.0, corners[t, 0], corners[t, 1]
        faults[t] = -1
        for k in range(spans[t, 0], spans[t, 1]):
            cell, log_x = cell_of[k], log_of[k]
            row, column = first_row + np.int64(cell >> np.uint32(16)), first_column + np.int64(cell & LOW)
            w, c = row * 2 * D, column * 2 * D
            dot = splat(ZERO)
            for i in range(0, D, LANES):
                dot = fma(load(words, w + i), load(contexts, c + i), dot)
            error = total(dot) + word_biases[2 * row] + context_biases[2 * column] - log_x
            if not abs(error) < limit:
                faults[t], loss = k, np.nan
                break
            weight = np.float32(1) if log_x >= top else np.float32(math.exp(alpha * (log_x - top)))
            slope = weight * error
            loss += HALF * np.float64(slope) * np.float64(error)
            target = spare if has_frozen and frozen[row] else w
            slopes = splat(slope)
            for i in range(0, D, LANES):
                x, y = load(words, w + i), load(contexts, c + i)
                squares_x, squares_y = load(words, w + D + i), load(contexts, c + D + i)
                to_x, to_y = mul(clamp(mul(slopes, y), clip), lr), mul(clamp(mul(slopes, x), clip), lr)
                store(words, target + i, sub(x, per_root(to_x, squares_x)))
                store(contexts, c + i, sub(y, per_root(to_y, squares_y)))
                store(words, target + D + i, fma(to_x, to_x, squares_x))
                store(contexts, c + D + i, fma(to_y, to_y, squares_y))
            _bias_step(word_biases, 2 * row, slope)
            _bias_step(context_biases, 2 * column, slope)
        losses[t] = loss
