"""PPMI by hand and against its definition."""

from __future__ import annotations

import math

import naive
import numpy as np
import pytest
from _csr import csr_of

from embedkit.count.ppmi import ppmi
from embedkit.matrix.csr import Csr


def counts_of(pairs: dict[tuple, float], size: int) -> Csr:
    matrix = np.zeros((size, size), np.float32)
    for (i, j), n in pairs.items():
        matrix[i, j] = n
    return csr_of(matrix)


def as_dict(matrix: Csr) -> dict[tuple, float]:
    return {(i, int(j)): float(v) for i in range(matrix.shape[0]) for j, v in zip(*matrix.row(i))}


def test_by_hand():
    # Four pairs, ten in all. PMI(0, 1) = log(4/10 / (5/10 * 5/10)) = log 1.6; (0, 0) = log(1/10 / (5/10 * 5/10)) < 0.
    counts = counts_of({(0, 0): 1, (0, 1): 4, (1, 0): 4, (1, 1): 1}, 2)
    assert as_dict(ppmi(counts, cds=1.0)) == pytest.approx({(0, 1): math.log(1.6), (1, 0): math.log(1.6)})
    # log 1.6 - log 1.5 stays, log 1.6 - log 2 does not.
    shifted = math.log(1.6 / 1.5)
    assert as_dict(ppmi(counts, cds=1.0, shift=1.5)) == pytest.approx({(0, 1): shifted, (1, 0): shifted}, rel=1e-5)
    assert as_dict(ppmi(counts, cds=1.0, shift=2)) == {}


def test_smoothing_by_hand():
    # Columns 1 and 9: smoothed with 0.5 they weigh 1 and 3, so P'(0) = 1/4 instead of 1/10.
    counts = counts_of({(0, 0): 1, (0, 1): 1, (1, 1): 8}, 2)
    found = as_dict(ppmi(counts, cds=0.5))
    assert found[0, 0] == pytest.approx(math.log(0.1 / (0.2 * 0.25)))
    assert found[1, 1] == pytest.approx(math.log(0.8 / (0.8 * 0.75)))


@pytest.mark.parametrize(("cds", "shift"), [(1.0, 1.0), (0.75, 1.0), (0.75, 5.0), (0.3, 0.5)])
def test_equals_the_naive_twin(cds, shift):
    rng = np.random.default_rng(0)
    pairs = {
        (int(i), int(j)): float(n) for i, j, n in zip(*rng.integers(0, 40, (2, 500)), rng.exponential(3, 500) + 0.1)
    }
    found = as_dict(ppmi(counts_of(pairs, 41), cds, shift, threads=2))
    expected = naive.ppmi(pairs, cds, shift)
    near_zero = {pair for pair, value in (found | expected).items() if value < 1e-5}
    assert found.keys() - near_zero == expected.keys() - near_zero
    assert {p: found[p] for p in expected.keys() - near_zero} == pytest.approx(
        {p: expected[p] for p in expected.keys() - near_zero}, rel=1e-4
    )


def test_rows_and_columns_may_be_of_different_things():
    """Documents by words: PPMI of a rectangle is that of the square which has it in a corner."""
    dense = np.random.default_rng(1).poisson(0.7, (30, 12)).astype(np.float32)
    square = np.zeros((30, 30), np.float32)
    square[:, :12] = dense
    found, expected = ppmi(csr_of(dense)), ppmi(csr_of(square))
    assert found.shape == (30, 12)
    np.testing.assert_array_equal(found.dense(), expected.dense()[:, :12])


def test_it_is_symmetric_where_counts_are_and_columns_are_not_smoothed():
    counts = csr_of(np.array([[1, 4], [4, 1]]), is_symmetric=True)
    assert ppmi(counts, cds=1.0).is_symmetric
    assert not ppmi(counts, cds=0.75).is_symmetric
    assert not ppmi(csr_of(np.array([[1, 4], [4, 1]])), cds=1.0).is_symmetric
