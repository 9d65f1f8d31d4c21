"""Kernels of sparse matrices."""

import numpy as np

from ..runtime.jit import kernel
from ..runtime.simd import LANES, fma, load, pointer, prefetch, splat, store

AHEAD = 8  # entries between the one at work and the one whose row is asked for


@kernel(fastmath=True)
def multiply(indptr, indices, data, first, last, dense, out):
    """out[i] = row first + i of a CSR matrix @ dense, for `dense` (columns, L) float32 in C order.

    Four entries at a time, so that a row of `out` is loaded and stored once for four rows of `dense`. With a float64
    `out` their float32 sum is added in float64, which costs little and keeps long rows exact.
    """
    width = dense.shape[1]
    for i in range(first, last):
        sums = out[i - first]
        for k in range(width):
            sums[k] = 0.0
        p, stop = indptr[i], indptr[i + 1]
        while p + 4 <= stop:
            a, b, c, d = data[p], data[p + 1], data[p + 2], data[p + 3]
            w, x, y, z = dense[indices[p]], dense[indices[p + 1]], dense[indices[p + 2]], dense[indices[p + 3]]
            for k in range(width):
                sums[k] += a * w[k] + b * x[k] + c * y[k] + d * z[k]
            p += 4
        while p < stop:
            a, w = data[p], dense[indices[p]]
            for k in range(width):
                sums[k] += a * w[k]
            p += 1


@kernel
def multiply_lanes(indptr, indices, data, first, last, dense, width, out):
    """As `multiply`, for flat `dense` and `out` of rows of `width`, a multiple of 16: sums stay in registers."""
    final = len(indices) - 1
    indices, data, dense, out = pointer(indices), pointer(data), pointer(dense), pointer(out)
    for i in range(first, last):
        begin, stop, to, c = indptr[i], indptr[i + 1], (i - first) * width, 0
        while c < width:
            a = b = d = splat(np.float32(0))
            if c + 3 * LANES <= width:
                for p in range(begin, stop):
                    far = np.int64(indices[min(p + AHEAD, final)]) * width + c
                    prefetch(dense, far)
                    prefetch(dense, far + LANES)
                    prefetch(dense, far + 2 * LANES)
                    x, at = splat(data[p]), np.int64(indices[p]) * width + c
                    a = fma(x, load(dense, at), a)
                    b = fma(x, load(dense, at + LANES), b)
                    d = fma(x, load(dense, at + 2 * LANES), d)
                store(out, to + c, a)
                store(out, to + c + LANES, b)
                store(out, to + c + 2 * LANES, d)
                c += 3 * LANES
            else:
                for p in range(begin, stop):
                    prefetch(dense, np.int64(indices[min(p + AHEAD, final)]) * width + c)
                    a = fma(splat(data[p]), load(dense, np.int64(indices[p]) * width + c), a)
                store(out, to + c, a)
                c += LANES


@kernel
def transpose(indptr, indices, data, starts, out_indices, out_data):
    """The transposed CSR matrix: `starts` holds the first place of each column and is moved on to the next column's."""
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            at = starts[indices[p]]
            out_indices[at] = i
            out_data[at] = data[p]
            starts[indices[p]] = at + 1
