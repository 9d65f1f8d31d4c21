"""Truncated singular value decomposition of a sparse matrix, by block Krylov iteration.

Golub, Luk & Overton 1981 (block Lanczos); Musco & Musco 2015 for why a few blocks are enough. The subspace spanned by
X, A'A X, (A'A)^2 X … is kept orthonormal; the eigenvalues of A'A in it (Ritz values) grow towards the squared singular
values, and the iteration stops once what they still miss, judged by how fast they grow, is below the tolerance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..parallel import each, thread_count
from ..progress import SILENT, Progress
from . import _kernels
from .cooccur import spread

BLOCK = 32
# Below this many rows LAPACK is as fast, and exact.
DENSE = 1024


class Csr(NamedTuple):
    """A square sparse matrix: indptr (V + 1,) int64, indices int32, data float32."""

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray

    def __matmul__(self, dense: np.ndarray) -> np.ndarray:
        return self.times(dense, 1)

    def times(self, dense: np.ndarray, threads: int) -> np.ndarray:
        """self @ dense, rows split over threads; (V, L) float32, the same for any number of threads."""
        out, dense = np.empty((len(self.indptr) - 1, dense.shape[1]), np.float32), np.ascontiguousarray(dense)
        each(
            lambda span, _: _kernels.multiply_rows(*self, *span, dense, out), spread(np.diff(self.indptr), 16), threads
        )
        return out

    def transposed(self) -> Csr:
        """The transpose, in the same layout, so that both products run along rows."""
        ends = np.cumsum(np.bincount(self.indices, minlength=len(self.indptr) - 1))
        indptr = np.concatenate([[0], ends]).astype(np.int64)
        indices, data = np.empty_like(self.indices), np.empty_like(self.data)
        _kernels.transpose(*self, indptr[:-1].copy(), indices, data)
        return Csr(indptr, indices, data)


def truncated_svd(
    matrix: Csr,
    dim: int,
    tolerance: float = 1e-3,
    seed: int = 1,
    threads: int | None = None,
    symmetric: bool = False,
    progress: Progress = SILENT,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `dim` largest singular triplets: U (V, dim) float32, S (dim,) float64 falling, V (V, dim) float32.

    `tolerance` bounds the relative error of the first half of S; the rest is held to five times that. `symmetric` says
    that the matrix equals its transpose, which is then not made. Each pair of vectors is turned so that the entry of U
    largest in size is positive.
    """
    rows = len(matrix.indptr) - 1
    if rows <= max(DENSE, 4 * dim):
        u, s, v = _dense(matrix, dim)
    else:
        u, s, v = _krylov(matrix, dim, tolerance, seed, thread_count(threads), symmetric, progress)
    signs = np.where(u[np.abs(u).argmax(0), np.arange(dim)] < 0, np.float32(-1), np.float32(1))
    return u * signs, s, v * signs


def _dense(matrix: Csr, dim: int):
    rows = len(matrix.indptr) - 1
    full = np.zeros((rows, rows))
    full[np.repeat(np.arange(rows), np.diff(matrix.indptr)), matrix.indices] = matrix.data
    u, s, vt = np.linalg.svd(full)
    return u[:, :dim].astype(np.float32), s[:dim], vt[:dim].T.astype(np.float32)


def _krylov(matrix: Csr, dim: int, tolerance: float, seed: int, threads: int, symmetric: bool, progress: Progress):
    from threadpoolctl import ThreadpoolController

    blas, rows = ThreadpoolController(), len(matrix.indptr) - 1
    mirror = matrix if symmetric else matrix.transposed()
    start = np.random.default_rng(seed).standard_normal((rows, BLOCK), np.float32)
    blocks, projected, history = [_orthonormal(start)], np.zeros((0, 0)), []
    while True:
        # One step: W = A'A times the newest block, its part inside the basis noted and removed.
        grown = mirror.times(matrix.times(blocks[-1], threads), threads)
        inside = _remove(grown, blocks)
        projected = _widened(projected, inside)
        # So small a problem gains nothing from BLAS threads, and loses much where the cores are busy.
        with blas.limit(limits=1):
            squares, vectors = np.linalg.eigh(projected)
        squares, vectors = squares[::-1], vectors[:, ::-1]
        size = len(squares)
        history.append(np.sqrt(np.maximum(squares[:dim], 0)))
        progress.event("svd-step", basis=size, last=float(history[-1][-1]))
        # Next to the largest value this is rounding: the basis holds all that the matrix can reach.
        fresh = _orthonormal(grown, 1e-6 * squares[0])
        exhausted = not fresh.shape[1] or size + fresh.shape[1] > rows
        if exhausted or size >= dim and _settled(history, dim, tolerance):
            break
        blocks.append(fresh)
    right, at = np.zeros((rows, dim), np.float32), 0
    for block in blocks:
        right[:, :size] += block @ vectors[at : at + block.shape[1], :dim].astype(np.float32)
        at += block.shape[1]
    left = matrix.times(right, threads)
    values = np.sqrt(np.einsum("ij,ij->j", left, left, dtype=np.float64))
    return left / np.maximum(values, 1e-30).astype(np.float32), values, right


def _orthonormal(block: np.ndarray, least: float = 0.0) -> np.ndarray:
    """An orthonormal basis of the columns, through their small Gram matrix; twice, which restores what float32 lost.

    Directions shorter than `least` are dropped, so there can be fewer columns, or none.
    """
    for shortest in (least, 0.5):
        if not block.shape[1]:
            break
        squares, turn = np.linalg.eigh((block.T @ block).astype(np.float64))
        kept = squares > max(shortest**2, squares[-1] * 1e-10)
        block = block @ (turn[:, kept] / np.sqrt(squares[kept])).astype(np.float32)
    return block


def _remove(grown: np.ndarray, blocks: list[np.ndarray]) -> np.ndarray:
    """Take out of `grown` what lies in the span of `blocks`, twice for rounding; returns that part's coordinates."""
    inside = 0
    for _ in range(2):
        parts = []
        for block in blocks:
            part = block.T @ grown
            grown -= block @ part
            parts.append(part)
        inside = inside + np.concatenate(parts).astype(np.float64)
    return inside


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
    """Whether the values still to be gained are within the tolerance.

    Ritz values approach their limit geometrically: after steps of d and then d r, what is missing is d r r / (1 - r).
    """
    if len(history) < 3 or len(history[-3]) < dim:
        return False
    before, last = history[-2] - history[-3], history[-1] - history[-2]
    ratio = np.clip(last / np.maximum(before, 1e-30), 0.0, 0.99)
    missing = last * ratio / (1 - ratio) / np.maximum(history[-1], 1e-30)
    noise = 1e-6
    allowed = np.where(np.arange(dim) < (dim + 1) // 2, tolerance, 5 * tolerance)
    return bool((missing <= np.maximum(allowed, noise)).all())
