import math

import numpy as np
import pytest

from embedkit.lm.unigram_cache import unigram_cache


def naive(ids, size, V):
    found = []
    for t, word in enumerate(ids):
        weights = [math.exp(-(t - i) / size) for i in range(t)]
        same = [weight for weight, past in zip(weights, ids) if past == word]
        found.append(sum(same) / sum(weights) if t else 1 / V)
    return found


@pytest.mark.parametrize("size", [1, 2, 10, 100, 1000])
def test_it_is_the_naive_one(size):
    ids = np.random.default_rng(size).zipf(1.4, 100).clip(max=9).astype(np.int32) % 9
    np.testing.assert_allclose(np.exp(unigram_cache(ids, size, 9)), naive(ids.tolist(), size, 9), rtol=1e-12)


def test_by_hand():
    """With 1 / e = d for each word back: d² of d + d² + d³ and so on."""
    d = math.exp(-1)
    found = np.exp(unigram_cache(np.array([3, 3, 1, 3, 1], np.int32), 1, 4))
    three, four = d + d**2 + d**3, d + d**2 + d**3 + d**4
    np.testing.assert_allclose(found, [1 / 4, 1, 0, (d**2 + d**3) / three, d**2 / four])


def test_a_long_text_neither_vanishes_nor_overflows():
    found = np.exp(unigram_cache(np.arange(100_000) % 4, 10, 4))
    weights = np.exp(-np.arange(1, 1000) / 10)
    assert found[-1] == pytest.approx(weights[3::4].sum() / weights.sum(), rel=1e-12)


def test_nothing():
    assert unigram_cache(np.empty(0, np.int32), 5, 10).shape == (0,)
