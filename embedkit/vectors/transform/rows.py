"""Rows of dense vectors in float64, block by block, and their statistics: no copy of the matrix is ever made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..vectors import Vectors

BLOCK = 1 << 18  # numbers worked on at a time


class Rows:
    """The rows of `source` (dense) as `maps`, a list that may grow, leave them; `width` is their length then.

    Each map takes and gives an (n, D) float64 array. Iterating passes the source once.
    """

    def __init__(self, source):
        self.source, self.width = source, source.width
        self.maps: list[Callable[[np.ndarray], np.ndarray]] = []

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[np.ndarray]:
        for ids in id_blocks(len(self), self.source.width):
            rows = self.source.rows(ids).astype(np.float64)
            for change in self.maps:
                rows = change(rows)
            yield rows

    def replace(self, matrix: np.ndarray) -> None:
        """Go on with the rows of `matrix` (V, width) float32, without what was done to those before."""
        self.source, self.maps = Vectors(self.source.vocab, matrix), []

    def matrix(self) -> np.ndarray:
        """All rows, (V, width) float32."""
        result, at = np.empty((len(self), self.width), np.float32), 0
        for rows in self:
            result[at : at + len(rows)] = rows
            at += len(rows)
        return result


def id_blocks(n: int, width: int) -> Iterator[np.ndarray]:
    """0..n in blocks of about BLOCK / `width` ids."""
    step = max(1, BLOCK // max(1, width))
    return (np.arange(start, min(start + step, n)) for start in range(0, n, step))


def mean(rows: Rows) -> np.ndarray:
    """(D,) float64."""
    return sum(block.sum(axis=0) for block in rows) / len(rows)


def singular_values(source) -> np.ndarray:
    """(D,) float64 singular values, falling, of the rows of `source` (dense) as they are, from their products."""
    products = sum(block.T @ block for block in Rows(source))
    return np.sqrt(np.maximum(np.linalg.eigvalsh(products)[::-1], 0))


def principal(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (D,), variances (D,) falling, and the axes (D, D) along which they are, one a column; all float64.

    The largest coordinate of each axis is positive: signs do not depend on the machine.
    """
    center = mean(rows)
    covariance = sum((block - center).T @ (block - center) for block in rows) / len(rows)
    variances, axes = (array[..., ::-1] for array in np.linalg.eigh(covariance))
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(len(axes))])
    return center, np.maximum(variances, 0), axes * signs
