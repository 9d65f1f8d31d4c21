"""Kernels of sparse matrices."""

from ..runtime.jit import kernel


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
def transpose(indptr, indices, data, starts, out_indices, out_data):
    """The transposed CSR matrix: `starts` holds the first place of each column and is moved on to the next column's."""
    for i in range(len(indptr) - 1):
        for p in range(indptr[i], indptr[i + 1]):
            at = starts[indices[p]]
            out_indices[at] = i
            out_data[at] = data[p]
            starts[indices[p]] = at + 1
