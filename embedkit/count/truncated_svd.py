"""Truncated singular value decomposition of a sparse matrix, by block Krylov iteration.

Golub, Luk & Overton 1981 (block Lanczos); Musco & Musco 2015 for why a few blocks are enough. The subspace spanned by
X, A'A X, (A'A)^2 X … is kept orthonormal; the eigenvalues of A'A in it (Ritz values) grow towards the squared singular
values, and the iteration stops once what they still miss, judged by how fast they grow, is below the tolerance.
"""

from __future__ import annotations

import numpy as np

from ..matrix.csr import LANES, Csr
from ..runtime.parallel import each, thread_count
from ..runtime.progress import SILENT, Progress

BLOCK = 48
# Up to the size of a square of this many rows LAPACK is as fast, and exact.
DENSE = 1024


def truncated_svd(
    matrix: Csr,
    dim: int,
    tolerance: float = 1e-3,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = SILENT,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `dim` largest singular triplets of an (R, C) matrix: U (R, dim) float32, S (dim,) float64 falling, V (C, dim)
    float32; `dim` is at most R and C.

    `tolerance` bounds the relative error of the first half of S; the rest is held to five times that. Each pair of
    vectors is turned so that the entry of U largest in size is positive.
    """
    from threadpoolctl import ThreadpoolController

    # Rows are split over our own threads, and BLAS does not split them again: its threads would change the last digits,
    # and wait for each other by spinning, which on a machine with other work to do costs ten times what it gains.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        if _is_small(matrix.shape, dim):
            u, s, v = _dense(matrix, dim)
        elif matrix.shape[0] >= matrix.shape[1]:
            u, s, v = _krylov(matrix, matrix.transposed(), dim, tolerance, seed, thread_count(threads), progress)
        else:
            v, s, u = _krylov(matrix.transposed(), matrix, dim, tolerance, seed, thread_count(threads), progress)
    signs = np.where(u[np.abs(u).argmax(0), np.arange(dim)] < 0, np.float32(-1), np.float32(1))
    return u * signs, s, v * signs


def peak_memory(shape: tuple[int, int], entries: int, dim: int) -> int:
    """Bytes that `truncated_svd` holds at most beside the matrix: a transpose, a basis about six times as wide as the
    result (as measured), and what is made of it."""
    long, short = max(shape), min(shape)
    if _is_small(shape, dim):
        return 4 * 8 * long * short
    return 8 * entries + 4 * short * (6 * dim + 4 * BLOCK + 3 * dim) + 4 * long * 3 * dim


def _is_small(shape: tuple[int, int], dim: int) -> bool:
    return shape[0] * shape[1] <= max(DENSE, 4 * dim) ** 2


def _dense(matrix: Csr, dim: int):
    u, s, vt = np.linalg.svd(matrix.dense(), full_matrices=False)
    return u[:, :dim].astype(np.float32), s[:dim], vt[:dim].T.astype(np.float32)


def _krylov(matrix: Csr, mirror: Csr, dim: int, tolerance: float, seed: int, threads: int, progress: Progress):
    """The singular triplets of `matrix` (R, C), R at least C, whose transpose is `mirror`."""
    columns = matrix.shape[1]
    start = np.random.default_rng(seed).standard_normal((columns, BLOCK), np.float32)
    tall = _Tall(columns, threads, 5 * dim + 4 * BLOCK)
    basis, projected, history = tall.orthonormal(start), np.zeros((0, 0)), []
    while True:
        # One step: W = A'A times the newest block, its part inside the basis noted and removed.
        newest = basis[:, len(projected) :]
        grown = mirror.times(matrix.times(newest, threads), threads)
        projected = _widened(projected, tall.remove(grown, basis))
        squares = np.linalg.eigvalsh(projected)[::-1]
        history.append(np.sqrt(np.maximum(squares[:dim], 0)))
        progress.event("svd-step", basis=len(squares), last=float(history[-1][-1]))
        # Next to the largest value this is rounding: the basis holds all that the matrix can reach.
        fresh = tall.orthonormal(grown, 1e-6 * squares[0])
        fresh = fresh[:, max(0, len(squares) + fresh.shape[1] - columns) :]
        if not fresh.shape[1] or len(squares) >= dim and _settled(history, dim, tolerance):
            break
        basis = tall.widened(basis, fresh)
    # Columns of zeros fill the last register, and those that the matrix cannot reach.
    right = np.zeros((columns, -(-dim // LANES) * LANES), np.float32)
    vectors = np.linalg.eigh(projected)[1][:, ::-1]
    right[:, : min(dim, len(squares))] = tall.times(basis, vectors[:, :dim])
    left, right = matrix.times(right, threads)[:, :dim], right[:, :dim]
    values = np.sqrt(np.einsum("ij,ij->j", left, left, dtype=np.float64))
    return left / np.maximum(values, 1e-30).astype(np.float32), values, right


class _Tall:
    """Products of tall, narrow float32 matrices (rows, L), split by rows; the same for any number of threads."""

    def __init__(self, rows: int, threads: int, room: int = 0):
        # Columns that a basis has place for from the start, and the place.
        self.room, self.store = room, np.empty((0, rows), np.float32)
        size = max(1024, -(-rows // 16))
        self.parts, self.threads = [slice(at, min(at + size, rows)) for at in range(0, rows, size)], threads

    def inner(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """a.T @ b, float64."""
        return sum(each(lambda part, _: (a[part].T @ b[part]).astype(np.float64), self.parts, self.threads))

    def times(self, a: np.ndarray, small: np.ndarray) -> np.ndarray:
        """a @ small."""
        out, small = np.empty((len(a), small.shape[1]), np.float32), small.astype(np.float32)
        each(lambda part, _: np.matmul(a[part], small, out=out[part]), self.parts, self.threads)
        return out

    def remove(self, grown: np.ndarray, basis: np.ndarray) -> np.ndarray:
        """Take out of `grown` what lies in the span of `basis`; returns that part's coordinates.

        But for rounding it lies in the last two blocks (the matrix is block tridiagonal in this basis): those go first,
        then all of them, for what rounding left.
        """

        def subtract(part, _):
            grown[part] -= basis[part, first:] @ narrow

        inside = np.zeros((basis.shape[1], grown.shape[1]))
        for first in (max(0, basis.shape[1] - 2 * BLOCK), 0):
            wide = self.inner(basis[:, first:], grown)
            inside[first:] += wide
            narrow = wide.astype(np.float32)
            each(subtract, self.parts, self.threads)
        return inside

    def orthonormal(self, block: np.ndarray, least: float = 0.0) -> np.ndarray:
        """An orthonormal basis of the columns, through their small Gram matrix; twice, for what float32 lost.

        Directions shorter than `least` are dropped, so there can be fewer columns, or none.
        """
        for shortest in (least, 0.5):
            if not block.shape[1]:
                break
            squares, turn = np.linalg.eigh(self.inner(block, block))
            kept = squares > max(shortest**2, squares[-1] * 1e-10)
            block = self.times(block, turn[:, kept] / np.sqrt(squares[kept]))
        return block

    def widened(self, basis: np.ndarray, fresh: np.ndarray) -> np.ndarray:
        """`basis` with the columns of `fresh` added, in the same memory where that has room."""
        old, width = basis.shape[1], basis.shape[1] + fresh.shape[1]
        if len(self.store) < width:
            # Column by column, so that what is added is a copy of a few long pieces.
            store = np.empty((max(width, self.room, 3 * len(self.store) // 2), len(basis)), np.float32)
            store[:old] = basis.T
            self.store = store
        self.store[old:width] = fresh.T
        return self.store[:width].T


def _widened(projected: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The symmetric matrix with its newest columns (and rows) added."""
    size, old = len(columns), len(projected)
    wide = np.zeros((size, size))
    wide[:old, :old] = projected
    wide[:, old:] = columns
    wide[old:, :old] = columns[:old].T
    wide[old:, old:] = (columns[old:] + columns[old:].T) / 2
    return wide


def _settled(history: list[np.ndarray], dim: int, tolerance: float) -> bool:
    """True if what the values still miss is within the tolerance, for the first half of them and for the rest.

    Ritz values approach their limit geometrically: after steps of d and then d r, what is missing is d r r / (1 - r).
    The ratio r is that of a half as a whole, since values close to each other take turns at growing.
    """
    if len(history) < 3 or len(history[-3]) < dim:
        return False
    before, last = history[-2] - history[-3], history[-1] - history[-2]
    half = (dim + 1) // 2
    for part, allowed in ((slice(0, half), tolerance), (slice(half, dim), 5 * tolerance)):
        if not len(last[part]):
            continue
        ratio = min(last[part].sum() / max(before[part].sum(), 1e-30), 0.95)
        missing = (last[part] / np.maximum(history[-1][part], 1e-30)).max() * max(ratio, 0.0) / (1 - max(ratio, 0.0))
        # A factor of two for what the estimate may be off; below 1e-6 there is only the rounding of float32.
        if 2 * missing > max(allowed, 1e-6):
            return False
    return True
