"""One space turned onto another: orthogonal Procrustes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..csls import mutual
from ..subwords import BucketRows
from ..vectors import unit_rows
from .rows import id_blocks

TOP = 10_000  # words among which refinement looks for anchors


def rotated(rows: np.ndarray | BucketRows, matrix: np.ndarray) -> np.ndarray | BucketRows:
    """`rows` (n, D) float32 times `matrix` (D, D), block by block; float32. Of `BucketRows`, those there are."""
    if isinstance(rows, BucketRows):
        return BucketRows(rows.ids, rotated(rows.rows, matrix), len(rows))
    result = np.empty(rows.shape, np.float32)
    for at in id_blocks(*rows.shape):
        result[at] = rows[at] @ matrix
    return result


def refined(a, b, matrix: np.ndarray, rounds: int, top: int = TOP) -> tuple[np.ndarray, int]:
    """`matrix` (D, D), which turns `a` onto `b`, after `rounds` of refinement (Conneau et al. 2018): words among the
    `top` of both that are each other's nearest by CSLS are the anchors of the next rotation. And how many there were
    in the last round."""
    sizes = (min(top, len(source.vocab)) for source in (a, b))
    left, right = (unit_rows(source.rows(np.arange(n))) for source, n in zip((a, b), sizes))
    pairs = np.empty((0, 2), np.int64)
    for _ in range(rounds):
        pairs = mutual(left @ matrix.astype(np.float32), right)
        if not len(pairs):
            break
        matrix = rotation(a, b, *pairs.T).matrix
    return matrix, len(pairs)


class Rotation(NamedTuple):
    """`matrix` (D, D) float64, orthogonal: row @ matrix is the row in the other space.

    `before` and `after` are the mean cosines of the anchors with their counterparts.
    """

    matrix: np.ndarray
    before: float
    after: float


def rotation(a, b, ids_a: np.ndarray, ids_b: np.ndarray) -> Rotation:
    """The rotation (or reflection) that brings rows `ids_a` of `a` nearest to rows `ids_b` of `b`, both (n,).

    Anchors are scaled to length 1, so that no word weighs more for being frequent and the solution, that of Schönemann
    (1966), is the one with the highest mean cosine; nothing is centred. Both sources are equally wide. For words:
    Hamilton, Leskovec & Jurafsky (2016).
    """
    product = np.zeros((a.width, b.width))
    for at in id_blocks(len(ids_a), a.width):
        left, right = (unit_rows(source.rows(ids[at]).astype(np.float64)) for source, ids in ((a, ids_a), (b, ids_b)))
        product += left.T @ right
    u, values, v = np.linalg.svd(product)
    # The sum of the cosines is the trace of the product: after turning, the sum of its singular values.
    return Rotation(u @ v, float(np.trace(product)) / len(ids_a), float(values.sum()) / len(ids_a))
