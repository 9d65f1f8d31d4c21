"""Dropout of units, words and weights."""

from __future__ import annotations

import numpy as np
import pytest
from neural.layers._fresh import fresh

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.dropout import Dropout
from embedkit.neural.layers.embedding import Embedding
from embedkit.neural.layers.weight_drop import WeightDrop
from embedkit.neural.layers.workspace import Workspace
from embedkit.training.param import Param

ONES = np.ones((40, 30, 20))


def training(rng):
    return ForwardContext(Workspace(), training=True, rng=rng)


def dropped(layer, X=ONES, seed=1):
    return layer.forward(X, None, training(np.random.default_rng(seed)))[0]


def test_a_variational_mask_is_constant_over_time_and_differs_between_sequences():
    Y = dropped(Dropout(0.5, variational=True))
    assert (Y[0] == Y).all()
    assert len(np.unique(Y[0], axis=0)) == 30


def test_a_standard_mask_differs_from_step_to_step():
    Y = dropped(Dropout(0.5))
    assert len(np.unique(Y[:, 0], axis=0)) == 40


@pytest.mark.parametrize("variational", [False, True])
def test_what_is_kept_grows(variational):
    Y = dropped(Dropout(0.2, variational), np.ones((1, 200, 100)))
    assert set(np.unique(Y)) == {0, 1.25}
    assert abs((Y == 0).mean() - 0.2) < 0.015


@pytest.mark.parametrize("layer", [Dropout(0.5), Dropout(0.5, variational=True), Dropout(0.0)], ids=["std", "var", "0"])
def test_evaluation_hands_through(layer):
    assert layer.forward(ONES, None, ForwardContext(Workspace()))[0] is ONES


def test_each_pass_draws_anew():
    layer, rng = Dropout(0.5), np.random.default_rng(1)
    first, second = (layer.forward(ONES, None, training(rng))[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_a_dropped_word_is_zero_wherever_it_stands():
    table = Param("E", np.ones((50, 4)))
    ids = np.random.default_rng(0).integers(0, 50, (30, 20))
    Y = dropped(Embedding(table, 0.5), ids)
    by_word = {word: set(Y[ids == word].ravel()) for word in range(50)}
    assert {frozenset(seen) for seen in by_word.values()} == {frozenset({0.0}), frozenset({2.0})}


def test_dropped_weights_change_the_output_and_come_back():
    rng = np.random.default_rng(2)
    layer = fresh("lstm", 3, 4, rng, np.float64)
    X, Wh = rng.normal(size=(5, 2, 3)), layer.Wh.value.copy()
    plain = layer.forward(X, None, ForwardContext(Workspace()))[0]
    connect = WeightDrop(layer, 0.5)
    Y, _, backprop = connect.forward(X, None, training(np.random.default_rng(1)))
    backprop(np.ones_like(Y))
    assert not np.allclose(Y[1:], plain[1:])
    np.testing.assert_array_equal(Y[0], plain[0])  # no state, so no recurrent weight, takes part in the first step
    np.testing.assert_array_equal(layer.Wh.value, Wh)
    assert 4 < (layer.Wh.gradient == 0).sum() < 60
    np.testing.assert_array_equal(connect.forward(X, None, ForwardContext(Workspace()))[0], plain)
