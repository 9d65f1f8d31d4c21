"""Intervals and tests against slow twins, scipy and numbers that can be worked out."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval import bootstrap
from embedkit.eval.bootstrap import (
    accuracy_difference,
    accuracy_interval,
    correlation_difference,
    correlation_interval,
    mcnemar,
)
from embedkit.eval.correlation import pearson, spearman


@pytest.fixture
def columns():
    """Two models and human scores of 40 pairs, with ties; the second model is the better one."""
    rng = np.random.default_rng(5)
    gold = rng.integers(0, 8, 40).astype(float)
    return rng.integers(0, 20, 40) / 7, (gold + rng.normal(size=40)).astype(np.float32), gold


@pytest.mark.parametrize(("metric", "measure"), [("spearman", spearman), ("pearson", pearson)])
def test_resamples_like_one_after_another(columns, monkeypatch, metric, measure):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 50)
    # Blocks of 7 resamples: the last is a short one.
    monkeypatch.setattr(bootstrap, "TOGETHER", 7 * 40)
    first, second, gold = columns
    rng, wanted = np.random.default_rng(bootstrap.SEED), []
    for some in (*[7] * 7, 1):
        for drawn in rng.integers(40, size=(some, 40)):
            wanted.append([measure(first[drawn], gold[drawn]), measure(second[drawn], gold[drawn])])
    wanted = np.array(wanted)
    low, high = np.percentile(wanted[:, 1], [2.5, 97.5])
    assert correlation_interval(second, gold, metric) == pytest.approx((low, high), abs=1e-9)
    difference = correlation_difference(first, second, gold, metric)
    assert difference.value == pytest.approx(measure(second, gold) - measure(first, gold))
    bounds = np.percentile(wanted[:, 1] - wanted[:, 0], [2.5, 97.5])
    assert (difference.low, difference.high) == pytest.approx(tuple(bounds), abs=1e-9)
    assert difference.p == pytest.approx(2 / 51)


def test_the_same_model_does_not_differ(columns):
    first, _, gold = columns
    assert correlation_difference(first, first, gold, "spearman") == (0, 0, 0, 1)


def test_an_interval_covers_as_often_as_it_says():
    rng, covered = np.random.default_rng(6), 0
    for _ in range(100):
        x, y = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 100).T
        low, high = correlation_interval(x, y, "pearson")
        covered += low <= 0.6 <= high
    assert 88 <= covered <= 99


def test_accuracy():
    low, high = accuracy_interval(30, 100)
    # Normal approximation: 0.3 -+ 1.96 * 0.0458.
    assert (low, high) == pytest.approx((0.21, 0.39), abs=0.011)
    assert accuracy_interval(5, 5) == (1, 1)
    assert accuracy_interval(0, 0) == (None, None)
    assert accuracy_interval(30, 100) == (low, high)


def test_mcnemar():
    assert mcnemar(0, 0) == mcnemar(3, 3) == 1
    # 2 * (1 + 6) / 2 ** 6
    assert mcnemar(1, 5) == mcnemar(5, 1) == pytest.approx(14 / 64)
    stats = pytest.importorskip("scipy.stats")
    assert mcnemar(700, 812) == pytest.approx(stats.binomtest(700, 1512).pvalue)


def test_difference_of_accuracy():
    first, second = np.arange(200) % 4 == 0, np.arange(200) % 2 == 0
    difference = accuracy_difference(first, second)
    assert difference.value == 0.25
    # 50 questions won, none lost: the standard error is sqrt(.25 * .75 / 200).
    assert (difference.low, difference.high) == pytest.approx((0.19, 0.31), abs=0.011)
    assert difference.p == pytest.approx(2 / 2**50)
    none = np.zeros(0, bool)
    assert accuracy_difference(none, none) == (None, None, None, None)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3])])
def test_undefined(x, y):
    x, y = np.array(x, float), np.array(y, float)
    for metric in ("spearman", "pearson"):
        assert correlation_interval(x, y, metric) == (None, None)
        assert correlation_difference(x, y, y, metric) == (None, None, None, None)
