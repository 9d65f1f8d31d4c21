"""PPMI by hand and against its definition."""

from __future__ import annotations

import math

import naive
import numpy as np
import pytest

from embedkit.count.counts import Counts
from embedkit.count.weighting import ppmi
from embedkit.text.vocab import Vocab


def counts_of(pairs: dict[tuple, float], size: int) -> Counts:
    matrix = np.zeros((size, size), np.float32)
    for (i, j), n in pairs.items():
        matrix[i, j] = n
    indptr = np.concatenate([[0], np.cumsum((matrix > 0).sum(1))])
    indices = np.nonzero(matrix)[1].astype(np.int32)
    return Counts(Vocab.from_words([f"w{i}" for i in range(size)]), indptr, indices, matrix[matrix > 0])


def as_dict(indptr, indices, data) -> dict[tuple, float]:
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return {(int(i), int(j)): float(v) for i, j, v in zip(rows, indices, data)}


def test_by_hand():
    # Four pairs, ten in all. PMI(0, 1) = log(4/10 / (5/10 * 5/10)) = log 1.6; (0, 0) = log(1/10 / (5/10 * 5/10)) < 0.
    counts = counts_of({(0, 0): 1, (0, 1): 4, (1, 0): 4, (1, 1): 1}, 2)
    assert as_dict(*ppmi(counts, cds=1.0)) == pytest.approx({(0, 1): math.log(1.6), (1, 0): math.log(1.6)})
    # log 1.6 - log 1.5 stays, log 1.6 - log 2 does not.
    shifted = math.log(1.6 / 1.5)
    assert as_dict(*ppmi(counts, cds=1.0, shift=1.5)) == pytest.approx({(0, 1): shifted, (1, 0): shifted}, rel=1e-5)
    assert as_dict(*ppmi(counts, cds=1.0, shift=2)) == {}


def test_smoothing_by_hand():
    # Columns 1 and 9: smoothed with 0.5 they weigh 1 and 3, so P'(0) = 1/4 instead of 1/10.
    counts = counts_of({(0, 0): 1, (0, 1): 1, (1, 1): 8}, 2)
    found = as_dict(*ppmi(counts, cds=0.5))
    assert found[0, 0] == pytest.approx(math.log(0.1 / (0.2 * 0.25)))
    assert found[1, 1] == pytest.approx(math.log(0.8 / (0.8 * 0.75)))


@pytest.mark.parametrize(("cds", "shift"), [(1.0, 1.0), (0.75, 1.0), (0.75, 5.0), (0.3, 0.5)])
def test_equals_the_naive_twin(cds, shift):
    rng = np.random.default_rng(0)
    pairs = {
        (int(i), int(j)): float(n) for i, j, n in zip(*rng.integers(0, 40, (2, 500)), rng.exponential(3, 500) + 0.1)
    }
    found = as_dict(*ppmi(counts_of(pairs, 41), cds, shift, threads=2))
    expected = naive.ppmi(pairs, cds, shift)
    near_zero = {pair for pair, value in (found | expected).items() if value < 1e-5}
    assert found.keys() - near_zero == expected.keys() - near_zero
    assert {p: found[p] for p in expected.keys() - near_zero} == pytest.approx(
        {p: expected[p] for p in expected.keys() - near_zero}, rel=1e-4
    )
