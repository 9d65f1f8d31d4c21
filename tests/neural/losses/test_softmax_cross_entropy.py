"""Softmax cross-entropy with its projection."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.embedding import Embedding
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from embedkit.training.param import Param, collect

T, B, H, V = 6, 3, 5, 11
rng = np.random.default_rng(1)
X, TARGETS = rng.normal(size=(T, B, H)), rng.integers(0, V, (T, B))


def evaluation(kernels=None):
    return ForwardContext(Workspace(kernels))


def training():
    return ForwardContext(Workspace(), training=True, gradients=True)


def layer(**options):
    draw = np.random.default_rng(4)
    return SoftmaxCrossEntropy(Param("W", draw.normal(size=(V, H))), Param("b", draw.normal(size=V)), **options)


@pytest.mark.parametrize("kernels", [None, Fused()], ids=["plain", "fused"])
def test_even_logits_lose_log_V(kernels):
    softmax = SoftmaxCrossEntropy(Param("W", np.zeros((V, H), np.float32)), Param("b", np.full(V, 7, np.float32)))
    losses, _ = softmax.forward(X.astype(np.float32), TARGETS, evaluation(kernels))
    np.testing.assert_allclose(losses, np.log(V), rtol=1e-6)


@pytest.mark.parametrize("rows", [1, 4, 7, 18, 100])
def test_chunks_give_what_the_whole_gives(rows):
    expected, found = layer(smoothing=0.1), layer(smoothing=0.1, chunk=rows * V * 8)
    results = []
    for softmax in (expected, found):
        losses, backprop = softmax.forward(X, TARGETS, training())
        dX = backprop(0.3)
        results.append([losses, dX, *(param.gradient for param in softmax.params)])
    for here, there in zip(*results):
        np.testing.assert_allclose(there, here, rtol=1e-12, atol=1e-15)


def test_a_chunk_bounds_the_memory():
    workspace = Workspace()
    layer(chunk=2 * V * 8).forward(X, TARGETS, ForwardContext(workspace))
    assert workspace.nbytes < 2 * V * T * B * 8
    layer().forward(X, TARGETS, ForwardContext(workspace))
    assert workspace.nbytes > V * T * B * 8


def test_losses_are_log_probabilities():
    softmax = layer()
    losses, _ = softmax.forward(X, TARGETS, evaluation())
    log_p = softmax.log_probabilities(X)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=-1), 1)
    np.testing.assert_allclose(losses, -np.take_along_axis(log_p, TARGETS[..., None], axis=2)[..., 0])


def test_gradients_are_a_fact_of_their_own():
    """Evaluation may ask for them, as dynamic evaluation does, and training may do without: numbers stay the same."""
    results = []
    for facts in ({}, {"gradients": True}, {"training": True}, {"training": True, "gradients": True}):
        loss = layer()
        losses, backprop = loss.forward(X, TARGETS, ForwardContext(Workspace(), **facts))
        results.append([losses, backprop(0.3), *(param.gradient for param in loss.params)])
    for found in results[1:]:
        for here, there in zip(results[0], found):
            np.testing.assert_array_equal(here, there)


def test_smoothing_is_of_training_alone():
    plain, smooth = layer(), layer(smoothing=0.3)
    losses = plain.forward(X, TARGETS, evaluation())[0]
    np.testing.assert_array_equal(smooth.forward(X, TARGETS, evaluation())[0], losses)
    mixed = 0.7 * losses - 0.3 * plain.log_probabilities(X).mean(axis=-1)
    np.testing.assert_allclose(smooth.forward(X, TARGETS, training())[0], mixed)


def test_a_negative_target_does_not_count():
    softmax, holes = layer(), TARGETS.copy()
    holes[2:] = -1
    losses, backprop = softmax.forward(X, holes, evaluation())
    assert not losses[2:].any()
    dX = backprop()
    assert not dX[2:].any()
    gradient = softmax.W.gradient.copy()
    for param in softmax.params:
        param.clear()
    short, backprop = softmax.forward(X[:2], TARGETS[:2], evaluation())
    backprop()
    np.testing.assert_array_equal(short, losses[:2])
    np.testing.assert_allclose(softmax.W.gradient, gradient, atol=1e-14)


@pytest.mark.parametrize("order", ["embedding first", "softmax first"])
def test_a_tied_gradient_is_the_sum_of_both(order):
    values, ids = rng.normal(size=(V, H)), np.array([[1, 4], [4, 0]])
    tied, inputs, outputs = Param("tied", values), Param("in", values), Param("out", values)
    for first, last in ((tied, tied), (inputs, outputs)):
        Y, _, back = Embedding(first).forward(ids, None, evaluation())
        _, loss_back = SoftmaxCrossEntropy(last).forward(Y, ids[::-1], evaluation())
        steps = [lambda back=back: back(np.ones((2, 2, H))), lambda back=loss_back: back(0.5)]
        for step in steps if order == "embedding first" else steps[::-1]:
            step()
    both = outputs.gradient.copy()
    np.add.at(both, inputs.gradient.ids, inputs.gradient.values)
    np.testing.assert_allclose(tied.gradient, both)


def test_what_is_tied_is_one_parameter():
    table = Param("E", rng.normal(size=(V, H)))
    assert collect([Embedding(table), SoftmaxCrossEntropy(table)]) == [table]
