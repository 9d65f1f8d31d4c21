"""A sparse matrix from a dense one, for tests."""

from __future__ import annotations

import numpy as np

from embedkit.matrix.csr import Csr


def csr_of(dense: np.ndarray, is_symmetric: bool = False) -> Csr:
    """The non-zeros of `dense` (R, C)."""
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1))
    return Csr(indptr, columns.astype(np.int32), dense[rows, columns].astype(np.float32), dense.shape, is_symmetric)
