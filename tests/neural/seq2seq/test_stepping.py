"""Steps of decoding give what the network gives when it is told the whole target."""

from __future__ import annotations

import numpy as np
import pytest
from neural.seq2seq._cases import CASES, V_SOURCE, V_TARGET, network

from embedkit.neural.layers.fused import Fused
from embedkit.neural.seq2seq import stepping
from embedkit.neural.seq2seq.translator import NetworkTranslator
from embedkit.translation.translate import Decoding, decode

RNG = np.random.default_rng(7)
SOURCES = [RNG.integers(2, V_SOURCE - 1, n).astype(np.int32) for n in (3, 5, 1, 5)]
TARGETS = [RNG.integers(1, V_TARGET, 4).astype(np.int32) for _ in range(8)]


WAYS = [(0, None), (stepping.SMALL, None), (stepping.SMALL, Fused())]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("small", "kernels"), WAYS, ids=["large", "small", "compiled"])
def test_steps_are_the_whole_pass(name, small, kernels, monkeypatch):
    """Two hypotheses of each source, the rows of a beam in another order after each step; sources leave one by one."""
    monkeypatch.setattr(stepping, "SMALL", small)
    given = {**CASES[name], "dtype": np.float32}
    translator = NetworkTranslator(network(**given), None, None, {}, kernels, given.get("reverse", False))
    rows = np.repeat(np.arange(4), 2)
    expected = translator.score([SOURCES[row] for row in rows], TARGETS)
    encoded = translator.encode(SOURCES)
    state, live = translator.select(translator.start(encoded), rows), np.arange(8)
    for t in range(4):
        ids = np.array([TARGETS[i][t - 1] if t else translator.eos for i in live], np.int32)
        logs, state, weights = translator.step(ids, state, encoded, rows[live])
        found = logs[np.arange(len(live)), [TARGETS[i][t] for i in live]]
        np.testing.assert_allclose(found, [expected[i][t] for i in live], rtol=2e-4, atol=1e-5)
        if weights is not None:
            lengths = np.array([len(SOURCES[row]) for row in rows[live]])
            np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
            assert not weights[np.arange(weights.shape[1]) >= lengths[:, None]].any()
        # The first source that is left leaves, and the hypotheses of each of the others change places.
        kept = np.arange(len(live))[2:].reshape(-1, 2)[:, ::-1].reshape(-1)
        live, state = live[kept], translator.select(state, kept)


@pytest.mark.parametrize("name", ["plain", "dot", "general, reverse", "tied", "bidirectional, two layers"])
def test_a_line_alone_in_compiled_code(name):
    """Decoded with kernels, a single line has the output that NumPy gives, also where the cap ends it."""
    given = {**CASES[name], "dtype": np.float32}
    trained, reverse = network(**given), given.get("reverse", False)
    quick, plain = (NetworkTranslator(trained, None, None, {}, kernels, reverse) for kernels in (Fused(), None))
    assert plain.greedy_line(SOURCES[0], 5) is None
    assert quick.greedy_line(SOURCES[0], 5) is not None
    for source, cap in ((source, cap) for source in SOURCES for cap in (1, 9)):
        decoding = Decoding(max_length=cap, length_penalty=0.5, attention=True)
        ((found,),), ((expected,),) = (decode(side, [source], decoding) for side in (quick, plain))
        np.testing.assert_array_equal(found.ids, expected.ids)
        assert found.hit_cap == expected.hit_cap
        assert (found.ln, found.score) == pytest.approx((expected.ln, expected.score), rel=1e-4)
        assert (found.attention is None) == (expected.attention is None)
        if found.attention is not None:
            np.testing.assert_allclose(found.attention, expected.attention, rtol=1e-3, atol=1e-6)


def test_translators_of_two_threads_share_parameters_alone():
    given = {**CASES["general, reverse"], "dtype": np.float32}
    one = NetworkTranslator(network(**given), None, None, {}, None, True)
    other = one.for_thread()
    assert other.network is one.network
    assert other.ctx.workspace is not one.ctx.workspace
    np.testing.assert_array_equal(one.score(SOURCES, TARGETS[:4])[2], other.score(SOURCES, TARGETS[:4])[2])


def test_attention_is_by_place_in_the_line():
    """A line read from its end has the weights of its mirror image read from its beginning."""
    given = {**CASES["general, reverse"], "dtype": np.float32}
    sides = None, None, {}, None
    behind, ahead = (NetworkTranslator(network(**given), *sides, reverse) for reverse in (True, False))
    found = []
    for translator, sources in ((behind, SOURCES), (ahead, [ids[::-1] for ids in SOURCES])):
        encoded, ids = translator.encode(sources), np.zeros(4, np.int32)
        found.append(translator.step(ids, translator.start(encoded), encoded, np.arange(4))[2])
    for one, other, ids in zip(*found, SOURCES):
        np.testing.assert_allclose(one[: len(ids)], other[: len(ids)][::-1], rtol=1e-5)
