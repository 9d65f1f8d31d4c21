"""Parts of a batch, each on its thread, give what the batch gives."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from neural.seq2seq._cases import CASES, V_TARGET, network
from neural.seq2seq.test_network import dense

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.seq2seq.batches import padded
from embedkit.neural.seq2seq.shards import Shards, parts_of

RNG = np.random.default_rng(5)
LENGTHS = (1, 2, 3, 3, 5), (4, 1, 2, 3, 1)
SOURCES, TARGETS = ([RNG.integers(2, V_TARGET, n).astype(np.int32) for n in lengths] for lengths in LENGTHS)


def learnt(name: str, parts: int, seed: int = 1):
    net = network(**CASES[name])
    shards = Shards(net, Workspace(), parts)
    for other in shards.networks[1:]:
        assert all(a.value is b.value for a, b in zip(net.params, other.params))
    ctx = ForwardContext(shards.workspaces[0], training=True, rng=np.random.default_rng(seed), gradients=True)
    loss = shards.learn(padded(SOURCES, TARGETS, False), ctx, lambda network, ctx: None)
    assert all(param.gradient is None for other in shards.networks[1:] for param in other.params)
    return loss, {param.name: dense(param) for param in net.params}


@pytest.mark.parametrize("name", ["GNMT", "tied", "input feeding, peeky", "ntm"])
def test_parts_are_the_whole(name):
    loss, expected = learnt(name, 1)
    for parts in (2, 3, 8):  # 8: more than there are pairs
        found, gradients = learnt(name, parts)
        assert found == pytest.approx(loss, rel=1e-12)
        for key, value in expected.items():
            np.testing.assert_allclose(gradients[key], value, rtol=1e-9, atol=1e-13, err_msg=key)


def test_random_numbers_depend_on_the_seed_alone():
    (one, first), (two, second), (other, _) = (learnt("dropout", 2, seed) for seed in (1, 1, 2))
    assert one == two != other
    for key, value in first.items():
        np.testing.assert_array_equal(second[key], value)


def test_a_part_has_no_place_that_is_padding_in_all_of_it():
    first, last = padded(SOURCES, TARGETS, False).split(2)
    assert (first.sources.shape, first.inputs.shape, first.count) == ((2, 2), (5, 2), 7)
    assert (last.sources.shape, last.inputs.shape, last.count) == ((5, 3), (4, 3), 9)
    assert first.mask.tolist() == [[True, True], [False, True]]
    assert padded(SOURCES[2:4], TARGETS[2:4], False).split(2)[1].mask is None


def test_small_batches_and_networks_stay_whole():
    cases = (256, 128, 2, 2), (256, 128, 8, 4), (256, 32, 2, 1), (64, 128, 2, 1), (256, 128, 1, 1)
    for units, batch, threads, parts in cases:
        assert parts_of(SimpleNamespace(hidden=units), SimpleNamespace(batch_size=batch), threads) == parts
