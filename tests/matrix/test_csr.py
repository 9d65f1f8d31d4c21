"""Sparse matrices against dense ones."""

from __future__ import annotations

import numpy as np
import pytest
from _csr import csr_of

from embedkit.matrix.csr import Csr, fault, in_order


def random(shape, seed=2):
    rng = np.random.default_rng(seed)
    return (rng.random(shape) * (rng.random(shape) < 0.2)).astype(np.float32)


@pytest.mark.parametrize("shape", [(120, 120), (200, 30), (30, 200), (1, 9), (9, 1)])
def test_products_and_transposes_equal_dense_ones(shape):
    dense = random(shape)
    csr, rng = csr_of(dense), np.random.default_rng(0)
    right, left = (rng.standard_normal((size, 7)).astype(np.float32) for size in shape[::-1])
    np.testing.assert_allclose(csr.times(right, 2), dense @ right, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(csr.transposed().times(left, 1), dense.T @ left, rtol=1e-4, atol=1e-5)
    assert np.array_equal(csr.times(right, 1), csr.times(right, 3))
    assert np.array_equal(csr.transposed().dense(), dense.T)


def test_a_symmetric_one_is_its_transpose():
    csr = csr_of(np.eye(3), is_symmetric=True)
    assert csr.transposed() is csr


def test_rows_alone_and_in_another_order():
    dense = random((30, 20))
    dense[7] = 0
    csr = csr_of(dense)
    assert [part.tolist() for part in csr.row(7)] == [[], []]
    columns, values = csr.row(3)
    assert (columns.tolist(), values.tolist()) == (np.flatnonzero(dense[3]).tolist(), dense[3][dense[3] > 0].tolist())
    assert np.array_equal(csr.take(np.array([7, 29, 3, 3])).dense(), dense[[7, 29, 3, 3]])


@pytest.mark.parametrize(
    ("indptr", "indices", "values", "message"),
    [
        ([0, 1], [0, 1], 2, "indptr does not divide 2 entries among 2 rows"),
        ([1, 1, 2], [0, 1], 2, "indptr does not divide 2 entries among 2 rows"),
        ([0, 1, 3], [0, 1], 2, "indptr does not divide 2 entries among 2 rows"),
        ([0, 3, 2], [0, 1], 2, "indptr does not divide 2 entries among 2 rows"),
        ([0, 1, 2], [0, 1], 1, "there are 2 entries, but 1 values"),
        ([0, 1, 2], [0, 3], 2, "an index is not among the 3 columns"),
        ([0, 1, 2], [-1, 0], 2, "an index is not among the 3 columns"),
        ([0, 1, 2], [2, 0], 2, ""),
    ],
)
def test_what_is_no_matrix_is_told(indptr, indices, values, message):
    arrays = np.array(indptr), np.array(indices, np.int32), np.ones(values, np.float32)
    assert fault(*arrays, (2, 3)) == message
    if message and "index" not in message:
        with pytest.raises(ValueError, match=message):
            Csr(*arrays, (2, 3))


def test_entries_are_put_in_order():
    rows, columns = np.array([1, 0, 1, 0]), np.array([0, 5, 0, 2], np.int32)
    order, twice = in_order(rows, columns)
    assert (order.tolist(), twice.tolist()) == ([3, 1, 0, 2], [False, False, True])
    order, twice = in_order(rows[[3, 1, 0]], columns[[3, 1, 0]])
    assert (order, twice.any()) == (None, False)
