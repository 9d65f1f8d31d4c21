"""Noise: the alias table is exactly the distribution, and what is drawn is never the target."""

from __future__ import annotations

from collections import Counter

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.neural.word2vec import _kernels
from embedkit.neural.word2vec.alias import alias_table


def shares(threshold, alias) -> np.ndarray:
    """The chance of every word, from the columns: below its threshold a column is itself."""
    V = len(alias)
    own = threshold.astype(float) / 2**32
    return (own + np.bincount(alias, 1 - own, V)) / V


@pytest.mark.parametrize(
    "weights",
    [
        [1, 1],
        [3, 1],
        [1, 0],
        [0, 0, 5, 0],
        [1e-300, 1],
        [1e300, 1e300, 1e-300],
        [0.1] * 10,
        [1 / 3, 1 / 7, 1 / 11, 0, 0],
        [1e-12, 1, 1e12],
        1 / np.arange(1, 5001),
        np.arange(5000.0) ** 8,
        [1e9, *[0] * 999],
    ],
    ids=lambda weights: str(weights)[:24],
)
def test_the_columns_give_each_word_its_share(weights):
    weights = np.array(weights, float)
    threshold, alias = alias_table(weights)
    assert (threshold.dtype, alias.dtype) == (np.uint64, np.int32)
    assert threshold.max() <= 2**32
    np.testing.assert_allclose(shares(threshold, alias), weights / weights.sum(), atol=2**-32, rtol=0)
    # A word without weight is not drawn at all.
    assert not shares(threshold, alias)[weights == 0].any()


@given(st.lists(st.sampled_from([0.0, 1e-9, 0.1, 1 / 3, 1.0, 7.0, 1e6]), min_size=1, max_size=60).filter(any))
def test_any_mixture_of_weights(weights):
    threshold, alias = alias_table(np.array(weights))
    found = shares(threshold, alias)
    np.testing.assert_allclose(found, np.array(weights) / sum(weights), atol=2**-32, rtol=0)
    assert not found[np.array(weights) == 0].any()


def draw(target, weights, n, state=12345) -> list[int]:
    """n noise words, which must be those of the twin, and leave the generator in the same state."""
    threshold, alias = alias_table(np.array(weights, float))
    rng, twin, words = np.array([state], np.uint64), naive.Xorshift(state), np.full(n, -1, np.int32)
    _kernels.draw_negatives(np.array([target], np.int32), 1, n, len(weights), threshold, alias, rng, words)
    assert words.tolist() == [twin.noise(target, threshold.tolist(), alias.tolist()) for _ in range(n)]
    assert int(rng[0]) == twin.state
    return words.tolist()


def test_noise_has_the_distribution_without_its_target():
    found = Counter(draw(1, [4, 5, 3, 0, 1], 4000))
    assert sorted(found) == [0, 2, 4]
    for word, weight in ((0, 4), (2, 3), (4, 1)):
        assert found[word] / 4000 == pytest.approx(weight / 8, abs=0.03)


@pytest.mark.parametrize(("target", "expected"), [(2, 3), (0, 2), (4, 2)])
def test_only_one_word_can_be_drawn(target, expected):
    # For the word itself the next in the vocabulary serves.
    assert draw(target, [0, 0, 5, 0, 0], 10) == [expected] * 10


def test_the_last_word_alone_makes_way_for_the_first():
    assert draw(2, [0, 0, 1], 5) == [0] * 5


def test_line_ends_get_no_noise():
    threshold, alias = alias_table(np.ones(4))
    words = np.full(6, -9, np.int32)
    kept = np.array([0, -1, 1], np.int32)
    _kernels.draw_negatives(kept, 3, 2, 4, threshold, alias, np.array([3], np.uint64), words)
    assert (words[2:4] == -9).all()
    assert (words[[0, 1, 4, 5]] >= 0).all()


def test_the_generator_is_xorshift64():
    # The first outputs for the seed 1, by hand: 1 ^ 1 << 13, ^ >> 7, ^ << 17.
    rng = np.array([1], np.uint64)
    x = 1 ^ (1 << 13)
    x ^= x >> 7
    x ^= x << 17
    assert int(_kernels.draw(rng)) == x >> 32
    assert int(rng[0]) == x


def test_below_is_even():
    rng = np.array([99], np.uint64)
    counts = np.bincount([_kernels.below(7, rng) for _ in range(7000)])
    assert len(counts) == 7
    assert np.abs(counts - 1000).max() < 120
