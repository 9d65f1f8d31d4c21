"""Gradients and padding of encoder and decoder, for every shape of them."""

from __future__ import annotations

import numpy as np
import pytest
from neural.seq2seq._cases import CASES, network, pairs

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.seq2seq.batches import padded
from embedkit.neural.seq2seq.translator import NetworkTranslator
from embedkit.training.param import RowGradient


def gradients(net, batch, ctx, scale=1.0, choose=None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Losses, and the gradient of their sum for each parameter."""
    for param in net.params:
        param.clear()
    losses, backprop = net.forward(batch, ctx, choose)
    losses = losses.copy()
    backprop(scale)
    return losses, {param.name: dense(param) for param in net.params}


def dense(param) -> np.ndarray:
    found = np.zeros_like(param.value)
    if isinstance(param.gradient, RowGradient):
        found[param.gradient.ids] = param.gradient.values
    elif param.gradient is not None:
        found += param.gradient
    return found


def context(**options) -> ForwardContext:
    return ForwardContext(Workspace(), gradients=True, **options)


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_finite_differences(name):
    net, (sources, targets) = network(**CASES[name]), pairs()
    batch = padded(sources, targets, CASES[name].get("reverse", False))

    def ctx():
        return context(training=True, rng=np.random.default_rng(9))

    _, found = gradients(net, batch, ctx(), 0.7)
    rng = np.random.default_rng(8)
    for param in net.params:
        direction = rng.normal(size=param.value.shape)
        before, sums = param.value.copy(), []
        for sign in (1, -1):
            param.value[...] = before + sign * 1e-6 * direction
            sums.append(0.7 * net.forward(batch, ctx())[0].sum())
        param.value[...] = before
        assert (sums[0] - sums[1]) / 2e-6 == pytest.approx((found[param.name] * direction).sum(), rel=1e-5, abs=1e-8), (
            param.name
        )


@pytest.mark.parametrize("name", [name for name in CASES if "dropout" not in name])
def test_a_padded_batch_gives_what_its_lines_give(name):
    net, (sources, targets) = network(**CASES[name]), pairs()
    reverse = CASES[name].get("reverse", False)
    losses, found = gradients(net, padded(sources, targets, reverse), context())
    total = {key: np.zeros_like(value) for key, value in found.items()}
    for b, pair in enumerate(zip(sources, targets)):
        alone, parts = gradients(net, padded(*([ids] for ids in pair), reverse), context())
        np.testing.assert_allclose(losses[: len(alone), b], alone[:, 0], rtol=1e-12)
        assert not losses[len(alone) :, b].any()
        for key, value in parts.items():
            total[key] += value
    for key, value in found.items():
        np.testing.assert_allclose(value, total[key], rtol=1e-9, atol=1e-13, err_msg=key)


@pytest.mark.parametrize("name", ["additive, gru", "GNMT", "input feeding", "ntm"])
def test_compiled_is_plain(name):
    net, (sources, targets) = network(dtype=np.float32, **CASES[name]), pairs()
    batch = padded(sources, targets, False)
    expected = gradients(net, batch, context())
    found = gradients(net, batch, ForwardContext(Workspace(Fused(1)), gradients=True))
    np.testing.assert_allclose(found[0], expected[0], rtol=2e-5, atol=2e-5)
    for key, value in expected[1].items():
        np.testing.assert_allclose(found[1][key], value, rtol=1e-3, atol=2e-5, err_msg=key)


def test_scheduled_sampling_reads_what_is_chosen():
    net, (sources, targets) = network(attention="general"), pairs()
    batch = padded(sources, targets, False)
    gold = batch._replace(inputs=batch.inputs.copy())
    gold.inputs[1:] = 3
    read = net.forward(batch, context(), lambda ids, outputs: np.full_like(ids, 3))[0]
    np.testing.assert_allclose(read, net.forward(gold, context())[0], rtol=1e-12)


def test_heads_are_given_by_place_in_the_line():
    net, ((_, _, source), (target, *_)) = network(dtype=np.float32, **CASES["ntm"]), pairs()
    forward, backward = (NetworkTranslator(net, None, None, {}, None, reverse) for reverse in (False, True))
    writes, reads = forward.heads(source, target)
    assert (writes.shape, reads.shape) == ((5, 5), (3, 5))
    np.testing.assert_allclose(np.concatenate([writes, reads]).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(forward.heads(source[:2], target)[0], writes[:2])
    np.testing.assert_array_equal(backward.heads(source[::-1], target)[0], writes[::-1])
    plain = NetworkTranslator(network(attention="none"), None, None, {}, None, False)
    assert (forward.has_memory, plain.has_memory) == (True, False)


def test_only_what_the_bridge_hands_on_reaches_the_decoder():
    (source, *_), _ = pairs()
    for bridge, handed in (("all", [True, True]), ("hidden", [True, False]), ("none", [False, False])):
        net = network(**{**CASES["ntm"], "bridge": bridge})
        ((state,), _, _), _, _ = net.read(source[:, None], None, context())
        assert [part is not None for part in state] == [*handed, True, False]
