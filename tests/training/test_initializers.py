"""First values of weights."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.training.initializers import INITIALIZERS, orthogonal, uniform

SHAPE = (300, 200)
DEVIATIONS = {"uniform": 0.1 / 3**0.5, "xavier": (2 / 500) ** 0.5, "he": (2 / 300) ** 0.5, "normal": (1 / 300) ** 0.5}


def make(name, shape=SHAPE, seed=1, **options):
    return INITIALIZERS[name](np.random.default_rng(seed), shape, **options)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_values_are_float32_in_one_piece_and_follow_the_seed(name):
    values = make(name)
    assert (values.shape, values.dtype, values.flags.c_contiguous) == (SHAPE, np.float32, True)
    np.testing.assert_array_equal(make(name), values)
    assert not np.array_equal(make(name, seed=2), values)
    assert make(name, dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize("name", DEVIATIONS)
def test_spread(name):
    values = make(name)
    assert values.std() == pytest.approx(DEVIATIONS[name], rel=0.01)
    assert abs(values.mean()) < 0.01 * DEVIATIONS[name] * 2


def test_bounds():
    assert 0.0999 < np.abs(make("uniform")).max() <= 0.1
    assert np.abs(make("xavier")).max() <= (6 / 500) ** 0.5
    assert 0.4999 < np.abs(make("uniform", bound=0.5)).max() <= 0.5
    assert uniform(np.random.default_rng(1), (2, 2), bound=0.0).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3)])
def test_orthogonal(shape):
    W = orthogonal(np.random.default_rng(1), shape, np.float64)
    small = W @ W.T if shape[0] <= shape[1] else W.T @ W
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-12)


def test_orthogonal_turns_either_way():
    signs = {np.sign(orthogonal(np.random.default_rng(seed), (1, 1))[0, 0]) for seed in range(20)}
    assert signs == {-1, 1}
