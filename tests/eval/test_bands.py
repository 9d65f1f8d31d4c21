"""Who is in which band, and what the bands score."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import Answers, Section
from embedkit.eval.bands import agreement_bands, answer_bands, bands
from embedkit.eval.similarity import agreement


def members(rarest, n):
    return [(name, np.flatnonzero(inside).tolist()) for name, inside in bands(np.array(rarest), n)]


def test_bands_are_of_one_size():
    assert members([40, 3, -1, 9, 0, 20, 21], 3) == [
        ("ranks 1-4", [1, 4]),
        ("ranks 5-21", [3, 5]),
        ("ranks 22-41", [0, 6]),
    ]
    assert members([5, 1, 3], 2) == [("ranks 1-4", [1, 2]), ("ranks 5-6", [0])]


def test_one_rank_stays_together():
    assert members([7, 7, 7, 2], 2) == [("ranks 1-8", [0, 1, 2, 3])]
    assert members([2, 7, 7, 7], 4) == [("ranks 1-3", [0]), ("ranks 4-8", [1, 2, 3])]


def test_more_bands_than_items():
    assert members([1, 4], 5) == [("ranks 1-2", [0]), ("ranks 3-5", [1])]
    assert members([-1, -1], 5) == members([], 2) == []


def test_scores():
    rarest = np.array([1, 9, 2, -1, 8, 3])
    cosines = np.array([0.1, 0.5, 0.2, np.nan, 0.4, 0.3], np.float32)
    found = dict(agreement_bands(agreement(cosines, np.array([1.0, 5, 2, 0, 6, 3]), rarest), 2))
    assert [(name, part.used, part.total) for name, part in found.items()] == [
        ("ranks 1-4", 3, 3),
        ("ranks 5-10", 2, 2),
    ]
    assert [part.spearman for part in found.values()] == [pytest.approx(1), pytest.approx(-1)]
    order = np.array([3.0, 1, 2, 0, 2, 1])
    turned = dict(agreement_bands(agreement(cosines, np.array([1.0, 5, 2, 0, 6, 3]), rarest, order), 2))
    assert [part.spearman for part in turned.values()] == [pytest.approx(-1), pytest.approx(-1)]
    assert turned["ranks 1-4"].pearson == found["ranks 1-4"].pearson
    right = np.array([True, False, True, False, True, False])
    assert list(answer_bands(Answers([], 9, 0, right, rarest), 2)) == [
        Section("ranks 1-4", 2, 3, 3),
        Section("ranks 5-10", 1, 2, 2),
    ]
