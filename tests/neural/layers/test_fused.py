"""The compiled cells at sizes that fill vectors and leave a rest, beside the plain ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from _language_models import LANGUAGE_MODELS, RECURRENT
from neural.layers._fresh import fresh

from embedkit.neural.layers import _kernels, plain
from embedkit.neural.layers.bidirectional import Bidirectional
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.embedding import Lookup
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.workspace import Workspace
from embedkit.training.param import Param

T, B, H = 2, 2, 37
rng = np.random.default_rng(3)


def array(*shape):
    return (2 * rng.normal(size=shape)).astype(np.float32)


def both(function, arrays, *rest, threads=1):
    """The arrays after plain and after compiled; they start the same."""
    results = []
    for cells in (plain, Fused(threads)):
        own = {name: None if a is None else a.copy() for name, a in arrays.items()}
        getattr(cells, function)(*own.values(), *rest)
        results.append(own)
    for name in arrays:
        if arrays[name] is not None:
            yield name, *(own[name] for own in results)


def agree(function, arrays, *rest, threads=1, changed):
    moved = set()
    for name, here, there in both(function, arrays, *rest, threads=threads):
        np.testing.assert_allclose(there, here, rtol=3e-5, atol=3e-6, err_msg=name)
        if not np.array_equal(here, arrays[name]):
            moved.add(name)
    assert moved == changed


@pytest.mark.parametrize("relu", [False, True])
def test_rnn(relu):
    gates, hidden = array(T, B, H), array(T + 1, B, H)
    step = {"gates": gates, "product": array(B, H), "bias": array(H), "hidden": hidden}
    agree("rnn_step", step, relu, 1, changed={"hidden"})
    agree("rnn_back", {"gates": gates, "hidden": hidden / 8, "dh": array(B, H)}, relu, 1, changed={"gates"})


@pytest.mark.parametrize("peephole", [None, array(3, H)], ids=["plain", "peephole"])
def test_lstm(peephole):
    cells, hidden = array(T + 1, B, H), array(T + 1, B, H)
    step = {"gates": array(T, B, 4 * H), "product": array(B, 4 * H), "bias": array(4 * H)}
    step |= {"cells": cells, "hidden": hidden, "peephole": peephole}
    agree("lstm_step", step, 1, changed={"gates", "cells", "hidden"})
    gates = rng.random((T, B, 4 * H), np.float32)
    back = {"gates": gates, "cells": cells, "dh": array(B, H), "dc": array(B, H), "peephole": peephole}
    agree("lstm_back", back, 1, changed={"gates", "dc"})


@pytest.mark.parametrize("masked", [False, True])
def test_an_lstm_in_one_pass(masked):
    """All steps of 5 sequences, which leave a rest of four, are those that are taken one by one."""
    X, dY, dstate, layer = array(3, 5, 6), array(3, 5, 64), (array(5, 64), array(5, 64)), fresh("lstm", 6, 64, rng)
    mask = np.arange(3)[:, None] < [3, 2, 3, 1, 2] if masked else None
    found = []
    for kernels in (None, Fused(1)):
        ctx = ForwardContext(Workspace(kernels), mask=mask)
        state = tuple(np.full((5, 64), x, np.float32) for x in (0.5, -0.5))
        assert ctx.workspace.cells(np.float32).takes_pass(5, layer.Wh.value) == (kernels is not None)
        Y, state, back = layer.forward(X, state, ctx)
        Y = Y.copy()
        dX, dfirst = back(dY, dstate)
        found.append([Y, *state, dX, *dfirst, *(param.gradient.copy() for param in layer.params)])
        for param in layer.params:
            param.clear()
    for here, there in zip(*found):
        np.testing.assert_allclose(there, here, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("gradients", [False, True])
def test_an_lstm_of_a_lookup(both_ways, gradients):
    """Products of the table, for tokens that outnumber it, are those of the tokens."""
    ids, dY = rng.integers(0, 6, (3, 5)).astype(np.int32), array(3, 5, 128 if both_ways else 64)
    table, layer = Param("table", array(6, 7)), fresh("lstm", 7, 64, rng)
    layer = Bidirectional(layer, fresh("lstm", 7, 64, rng)) if both_ways else layer
    mask, found = np.arange(3)[:, None] < [3, 2, 3, 1, 2], []
    for X in (Lookup(ids, table), table.value[ids]):
        ctx = ForwardContext(Workspace(Fused(1)), mask=mask, gradients=gradients, packed={})
        assert layer.takes_lookup(Lookup(ids, table), ctx)
        assert not layer.takes_lookup(Lookup(ids[:1], table), ctx)  # fewer tokens than rows
        Y, _, back = layer.forward(X, None, ctx)
        Y = Y.copy()
        dX, _ = back(dY)
        if dX is not None:
            table.clear()
            table.add_rows(ids.reshape(-1), dX.reshape(-1, 7))
        gradient = table.gradient
        found.append([Y, gradient if dX is None else gradient.dense(table.value)])
        found[-1] += [param.gradient.copy() for param in layer.params]
        for param in layer.params:
            param.clear()
    for here, there in zip(*found):
        np.testing.assert_allclose(there, here, rtol=1e-4, atol=2e-5)


def test_gru():
    inner, hidden = array(T, B, H), array(T + 1, B, H)
    step = {"gates": array(T, B, 3 * H), "product": array(B, 3 * H), "bias": array(3 * H)}
    step |= {"inner": inner, "hidden": hidden, "inner_bias": array(H)}
    agree("gru_step", step, 1, changed={"gates", "inner", "hidden"})
    back = {"gates": rng.random((T, B, 3 * H), np.float32), "inner": inner, "hidden": hidden}
    back |= {"dproduct": array(T, B, 3 * H), "dh": array(B, H), "carry": array(B, H)}
    agree("gru_back", back, 1, changed={"gates", "dproduct", "carry"})


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("V", [1, 63, 64, 1100])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_softmax(V, smoothing, threads, monkeypatch):
    monkeypatch.setattr("embedkit.neural.layers.fused.SMALL", 0)
    targets = np.array([0, V - 1, -1, V // 2])
    arrays = {"logits": 20 * array(4, V), "bias": array(V), "targets": targets, "losses": np.empty(4, np.float32)}
    for _, here, there in both("softmax", arrays, smoothing, np.empty(V, np.float32), threads=threads):
        np.testing.assert_allclose(there, here, rtol=2e-5, atol=2e-6)
    sums = [np.empty(V, np.float32) for _ in range(2)]
    for cells, dbias in zip((plain, Fused(threads)), sums):
        cells.softmax(*(a.copy() for a in arrays.values()), smoothing, dbias)
    np.testing.assert_allclose(*sums, rtol=2e-5, atol=2e-6)
    losses = [np.empty(4, np.float32) for _ in range(2)]
    for cells, found in zip((plain, Fused(threads)), losses):  # without bias and without gradient
        cells.softmax(arrays["logits"].copy(), None, targets, found, smoothing, None)
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("causal", [True, False], ids=["causal", "full"])
@pytest.mark.parametrize(("T", "D", "rate", "masked"), [(53, 60, 0.0, False), (50, 6, 0.3, True), (1, 48, 0.0, True)])
def test_attention(T, D, rate, masked, causal):
    """More steps than a tile, heads that fill no vector, a sequence of padding alone."""
    B, heads = 3, 3
    keep = (rng.random((B, T)) < 0.7).astype(np.float32) if masked else None
    if masked:
        keep[1] = 0
    qkv, out = array(T, B, 3 * D), {"Y": array(T, B, D), "lse": array(B, heads, T)}
    arrays = {"qkv": qkv, "keep": keep}
    found = [{}, {}]
    for cells, kept in zip((plain, Fused(2)), found):
        kept |= {name: a.copy() for name, a in out.items()}
        cells.attention(*arrays.values(), heads, causal, rate, 7, *kept.values())
    for name in out:
        np.testing.assert_allclose(found[1][name], found[0][name], rtol=3e-5, atol=3e-6, err_msg=name)
    dY, dqkv = array(T, B, D), [np.full_like(qkv, np.nan) for _ in found]
    for cells, d in zip((plain, Fused(2)), dqkv):
        cells.attention_back(*arrays.values(), heads, causal, rate, 7, *found[0].values(), dY, d)
    np.testing.assert_allclose(dqkv[1], dqkv[0], rtol=1e-4, atol=3e-5)
    if masked:
        assert not found[1]["Y"][:, 1].any()
        assert not dqkv[1][:, :, D:][keep.T == 0].any()


def test_attention_weights_are_dropped_at_their_rate():
    """Of equal values what is left sums to one on the whole; every head and every seed drops others."""
    T, rows = 64, []
    for seed in (1, 2):
        qkv, Y, lse = (np.zeros(shape, np.float32) for shape in ((T, 1, 96), (T, 1, 32), (1, 2, T)))
        qkv[..., 64:] = 1
        Fused().attention(qkv, None, 2, False, 0.25, seed, Y, lse)
        rows += [Y[:, 0, 0], Y[:, 0, 16]]
    assert np.mean(rows) == pytest.approx(1, abs=0.02)
    assert len({row.tobytes() for row in rows}) == 4


@pytest.mark.parametrize("D", [3, 70])
def test_norm_and_rotation(D):
    X = array(9, D)
    for bias in (array(D), None):
        arrays = {"X": X, "gain": array(D), "bias": bias, "Y": array(9, D), "stats": array(9, 2)}
        agree("norm", arrays, changed={"Y", "stats"})
    angles = array(3, 2 * D)
    for back in (False, True):
        agree("rotate", {"qkv": array(3, 2, 12 * D), "angles": angles}, 2, back, changed={"qkv"})


def test_gelu_is_exact():
    z = np.linspace(-9, 9, 1201, dtype=np.float32)
    for cells in (plain, Fused()):
        H = np.empty((1, len(z)), np.float32)
        cells.activate("gelu", z[None].copy(), None, H)
        phi = [0.5 * math.erfc(-x / math.sqrt(2)) for x in z.tolist()]
        np.testing.assert_allclose(H[0], z * phi, rtol=3e-6, atol=4e-7)


def test_more_threads_than_rows(monkeypatch):
    monkeypatch.setattr("embedkit.neural.layers.fused.SMALL", 0)
    losses = np.empty(2, np.float32)
    Fused(8).softmax(np.zeros((2, 9), np.float32), None, np.array([0, 8]), losses, 0.0, None)
    np.testing.assert_allclose(losses, np.log(9), rtol=1e-6)


def test_far_logits_neither_overflow_nor_vanish():
    logits = np.array([[1e4, -1e4, 0.0], [-3e4, -3e4, -3e4]], np.float32)
    losses = np.empty(2, np.float32)
    Fused().softmax(logits.copy(), None, np.array([0, 1]), losses, 0.0, None)
    np.testing.assert_allclose(losses, [0, np.log(3)], rtol=1e-6)
    Fused().softmax(logits.copy(), None, np.array([1, 1]), losses, 0.0, None)
    np.testing.assert_allclose(losses, [2e4, np.log(3)], rtol=1e-6)


def test_large_inputs_saturate():
    gates = np.zeros((1, 1, 4), np.float32)
    cells, hidden = np.ones((2, 1, 1), np.float32), np.zeros((2, 1, 1), np.float32)
    far = np.array([[1e30, 1e30, 1e30, -1e30]], np.float32)
    Fused().lstm_step(gates, far, np.zeros(4, np.float32), cells, hidden, None, 0)
    np.testing.assert_allclose(gates.ravel(), [1, 1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(cells[1], 2, rtol=1e-6)


def test_not_a_number_stays_one():
    gates, hidden = np.full((1, 1, 1), np.nan, np.float32), np.zeros((2, 1, 1), np.float32)
    for relu in (False, True):
        Fused().rnn_step(gates, hidden[0], np.zeros(1, np.float32), hidden, relu, 0)
        assert np.isnan(hidden[1, 0, 0])


def test_a_loss_that_is_not_a_number_stays_one():
    logits, losses = np.zeros((3, 70), np.float32), np.empty(3, np.float32)
    logits[1, 3] = np.nan
    Fused().softmax(logits, None, np.array([0, 0, 0]), losses, 0.0, np.empty(70, np.float32))
    assert np.isnan(losses).tolist() == [False, True, False]


def test_how_exact_tanh_and_exp_are():
    x = np.linspace(-12, 12, 1501, dtype=np.float32)
    y = x.copy()
    _kernels.tanh_run(y, 0, len(y))
    np.testing.assert_allclose(y, np.tanh(x.astype(float)), rtol=0, atol=4e-7)
    y = x.copy()
    _kernels.sigmoid_run(y, 0, len(y))
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-x.astype(float))), rtol=0, atol=4e-7)
    x = np.linspace(-86, 0, 1501, dtype=np.float32)
    y, bits = x.copy(), np.empty(_kernels.BLOCK, np.int32)
    _kernels.exp_run(y, 0, len(y), np.float32(0), bits, bits.view(np.float32))
    np.testing.assert_allclose(y, np.exp(x.astype(float)), rtol=5e-6)


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("own", [False, True], ids=["plain", "own options"])
@pytest.mark.parametrize("H", [3, 8, 37])
@pytest.mark.parametrize("near", [True, False], ids=["in one kernel", "step by step"])
def test_a_single_sequence(kind, own, H, near, monkeypatch):
    """All steps in one kernel, or with weights column by column, give what a batch of the same sequence twice does."""
    monkeypatch.setattr("embedkit.neural.layers.fused.NEAR", 4 * H * 4 * H if near else 0)
    monkeypatch.setattr("embedkit.neural.layers.recurrent.COLUMNS_FROM", 1)
    layer = fresh(kind, 5, H, np.random.default_rng(1), **(LANGUAGE_MODELS[kind] if own else {}))
    for param in layer.params:
        param.value[...] = array(*param.value.shape) / 8
    X, ctx = array(7, 1, 5), ForwardContext(Workspace(Fused()))
    alone, state, _ = layer.forward(X, None, ctx)
    together, states, _ = layer.forward(X.repeat(2, 1), None, ctx)
    np.testing.assert_allclose(alone, together[:, :1], rtol=2e-5, atol=2e-6)
    state, states = (part if isinstance(part, tuple) else (part,) for part in (state, states))
    for one, two in zip(state, states):
        np.testing.assert_allclose(one, two[:1], rtol=2e-5, atol=2e-6)
