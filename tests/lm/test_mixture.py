import itertools

import numpy as np
import pytest
from _cases import cases
from hypothesis import given
from hypothesis import strategies as st

from embedkit.lm.mixture import best_weights, mix

rng = np.random.default_rng(8)


def sources(K, N, zeros=0.0):
    P = rng.random((K, N)) ** 3
    P[rng.random((K, N)) < zeros] = 0
    with np.errstate(divide="ignore"):
        return np.log(P)


def test_mix_is_the_weighted_mean_of_probabilities():
    with np.errstate(divide="ignore"):
        logs = np.log([[0.5, 0.25, 0.0, 0.0], [0.1, 0.75, 1.0, 0.0]])
    np.testing.assert_allclose(np.exp(mix(logs, np.array([0.6, 0.4]))), [0.34, 0.45, 0.4, 0], rtol=1e-14)


def test_one_source_is_itself():
    logs = np.array([[-1.5, -800.25, -np.inf]])
    np.testing.assert_array_equal(mix(logs, np.ones(1)), logs[0])
    np.testing.assert_array_equal(best_weights(logs), [1])


def test_probabilities_too_small_for_a_float_are_mixed():
    np.testing.assert_allclose(
        mix(np.array([[-2000.0], [-2001.0]]), np.array([0.5, 0.5])), -2000 + np.log((1 + np.exp(-1)) / 2)
    )


def test_a_source_and_itself_are_the_source():
    logs = np.repeat(sources(1, 50), 3, axis=0)
    np.testing.assert_allclose(mix(logs, best_weights(logs)), logs[0], rtol=1e-12)


@pytest.mark.parametrize("zeros", [0.0, 0.3])
@pytest.mark.parametrize("N", [5, 200])
def test_two_weights_are_those_of_a_fine_grid(N, zeros):
    logs = sources(2, N, zeros)
    logs = logs[:, logs.max(axis=0) > -np.inf]
    grid = np.linspace(1e-9, 1 - 1e-9, 10_001)
    means = [mix(logs, np.array([x, 1 - x])).mean() for x in grid]
    weights = best_weights(logs)
    assert mix(logs, weights).mean() >= max(means) - 1e-6
    assert weights[0] == pytest.approx(grid[np.argmax(means)], abs=0.01)


def test_four_weights_are_those_of_a_grid():
    logs = sources(4, 60)
    steps = np.arange(0, 21) / 20
    grid = [w for w in itertools.product(steps, repeat=4) if abs(sum(w) - 1) < 1e-9]
    best = max(mix(logs, np.array(w)).mean() for w in grid)
    assert best <= mix(logs, best_weights(logs)).mean() <= best + 0.01


@cases(60)
@given(st.integers(1, 5), st.integers(1, 40), st.floats(0, 0.9), st.integers(0, 2**32 - 1))
def test_weights_sum_to_one_and_are_no_worse_than_equal_ones(K, N, zeros, seed):
    rng = np.random.default_rng(seed)
    with np.errstate(divide="ignore"):
        logs = np.log(rng.random((K, N)) * (rng.random((K, N)) >= zeros))
    weights = best_weights(logs)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights >= 0).all()
    possible = logs[:, logs.max(axis=0) > -np.inf]
    if possible.size:
        assert mix(possible, weights).mean() >= mix(possible, np.full(K, 1 / K)).mean() - 1e-12


def test_no_step_goes_down(monkeypatch):
    """The weights after each number of steps, which a bound on the gain stops."""
    logs, means = sources(3, 80), []
    for tolerance in (1.0, 0.1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9):
        monkeypatch.setattr("embedkit.lm.mixture.TOLERANCE", tolerance)
        means.append(mix(logs, best_weights(logs)).mean())
    assert means == sorted(means)
    assert means[-1] > means[0]


def test_what_is_impossible_to_all_says_nothing():
    logs = sources(2, 30)
    nothing = np.full((2, 4), -np.inf)
    np.testing.assert_allclose(best_weights(np.concatenate([logs, nothing], axis=1)), best_weights(logs), rtol=1e-12)
    np.testing.assert_array_equal(best_weights(nothing), [0.5, 0.5])


def test_a_source_that_knows_everything_gets_all():
    logs = np.stack([np.full(10, np.log(0.1)), np.zeros(10)])
    np.testing.assert_allclose(best_weights(logs), [0, 1], atol=1e-7)
