"""Members of frequency bins, and their scores."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import AnalogyResult, Section
from embedkit.eval.bins import frequency_bins, length_bins
from embedkit.eval.similarity import SimilarityResult


def members(max_rank, n):
    return [(name, np.flatnonzero(inside).tolist()) for name, inside in frequency_bins(np.array(max_rank), n)]


def test_bins_are_of_one_size():
    assert members([40, 3, -1, 9, 0, 20, 21], 3) == [
        ("ranks 1-4", [1, 4]),
        ("ranks 5-21", [3, 5]),
        ("ranks 22-41", [0, 6]),
    ]
    assert members([5, 1, 3], 2) == [("ranks 1-4", [1, 2]), ("ranks 5-6", [0])]


def test_one_rank_stays_together():
    assert members([7, 7, 7, 2], 2) == [("ranks 1-8", [0, 1, 2, 3])]
    assert members([2, 7, 7, 7], 4) == [("ranks 1-3", [0]), ("ranks 4-8", [1, 2, 3])]


def test_more_bins_than_items():
    assert members([1, 4], 5) == [("ranks 1-2", [0]), ("ranks 3-5", [1])]
    assert members([-1, -1], 5) == members([], 2) == []


def test_scores():
    max_rank = np.array([1, 9, 2, -1, 8, 3])
    cosines = np.array([0.1, 0.5, 0.2, np.nan, 0.4, 0.3], np.float32)
    gold = np.array([1.0, 5, 2, 0, 6, 3])
    found = dict(SimilarityResult(max_rank, 0, 0, cosines, gold, gold).bins(2))
    assert [(name, part.used, part.total) for name, part in found.items()] == [
        ("ranks 1-4", 3, 3),
        ("ranks 5-10", 2, 2),
    ]
    assert [part.spearman for part in found.values()] == [pytest.approx(1), pytest.approx(-1)]
    order = np.array([3.0, 1, 2, 0, 2, 1])
    turned = dict(SimilarityResult(max_rank, 0, 0, cosines, gold, order).bins(2))
    assert [part.spearman for part in turned.values()] == [pytest.approx(-1), pytest.approx(-1)]
    assert turned["ranks 1-4"].pearson == found["ranks 1-4"].pearson
    right = np.array([True, False, True, False, True, False])
    assert list(AnalogyResult(max_rank, 9, 0, right).bins(2)) == [
        Section("ranks 1-4", 2, 3, 3),
        Section("ranks 5-10", 1, 2, 2),
    ]


@pytest.mark.parametrize(
    ("lengths", "n", "names"),
    [
        ([3, 4, 5, 6, 7, 7], 3, ["length 3-4", "length 5-6", "length 7"]),
        ([5, 5, 5], 4, ["length 5"]),
        ([2, 9], 4, ["length 2", "length 9"]),
        ([1, 2], 0, []),
        ([], 4, []),
    ],
)
def test_lengths(lengths, n, names):
    found = length_bins(np.array(lengths, np.int64), n)
    assert [name for name, _ in found] == names
    assert not names or (sum(inside.astype(int) for _, inside in found) == 1).all()
