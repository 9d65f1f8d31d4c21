"""Registers against numpy, and the kernels' own function on them."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import pytest

from embedkit.neural.word2vec._kernels import one_minus_sigmoid
from embedkit.runtime import simd

LANES = simd.LANES


def compiled(function):
    """Not kept on disk: what is tested lies in another file, and numba would not see it change."""
    return function if numba.config.DISABLE_JIT else numba.njit(function)


def unary(operation):
    @compiled
    def each(a, result):
        p, r = simd.pointer(a), simd.pointer(result)
        for i in range(0, len(a), LANES):
            simd.store(r, i, operation(simd.load(p, i)))

    def call(a):
        result = np.full(len(a), 99, np.float32)
        each(a, result)
        return result

    return call


def binary(operation):
    @compiled
    def each(a, b, result):
        p, q, r = simd.pointer(a), simd.pointer(b), simd.pointer(result)
        for i in range(0, len(a), LANES):
            simd.store(r, i, operation(simd.load(p, i), simd.load(q, i)))

    def call(a, b):
        result = np.full(len(a), 99, np.float32)
        each(a, b, result)
        return result

    return call


def numbers(n=3 * LANES, seed=0):
    return np.random.default_rng(seed).normal(0, 2, n).astype(np.float32)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div"])
def test_arithmetic(name):
    a, b = numbers(), numbers(seed=1)
    expected = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}[name](a, b)
    np.testing.assert_allclose(binary(getattr(simd, name))(a, b), expected, rtol=1e-6)


def test_fma_and_splat():
    fma, splat = simd.fma, simd.splat

    @compiled
    def half_and(a, b):
        return fma(a, splat(np.float32(0.5)), b)

    a, b = numbers(), numbers(seed=1)
    np.testing.assert_allclose(binary(half_and)(a, b), a / 2 + b, rtol=1e-5, atol=1e-6)


def test_clamp():
    clamp, splat = simd.clamp, simd.splat

    @compiled
    def within(a):
        return clamp(a, splat(np.float32(1.5)))

    a = numbers()
    a[:6] = [np.inf, -np.inf, np.nan, 1.5, -1.5, 0]
    np.testing.assert_array_equal(unary(within)(a), np.clip(a, -1.5, 1.5))
    assert np.isnan(unary(within)(a)[2])


def test_load_and_store_take_any_place():
    load, store = simd.load, simd.store

    @compiled
    def move(a, result, source, to):
        store(simd.pointer(result), to, load(simd.pointer(a), source))

    a, result = numbers(), np.zeros(3 * LANES, np.float32)
    move(a, result, 5, 7)
    assert np.array_equal(result[7:23], a[5:21])
    assert not result[:7].any()
    assert not result[23:].any()


def test_store_half_leaves_what_follows():
    load, store_half = simd.load, simd.store_half

    @compiled
    def move(a, result):
        store_half(simd.pointer(result), 3, load(simd.pointer(a), 0))

    a, result = numbers(), np.full(2 * LANES, 7, np.float32)
    move(a, result)
    assert np.array_equal(result[3:11], a[:8])
    assert (np.delete(result, range(3, 11)) == 7).all()


def test_hsum6_puts_six_sums_in_order():
    load, hsum6 = simd.load, simd.hsum6

    @compiled
    def sums(a, result):
        p = simd.pointer(a)
        x = hsum6(load(p, 0), load(p, 16), load(p, 32), load(p, 48), load(p, 64), load(p, 80))
        simd.store(simd.pointer(result), 0, x)

    a, result = numbers(6 * LANES), np.full(LANES, 99, np.float32)
    sums(a, result)
    np.testing.assert_allclose(result[:6], a.reshape(6, LANES).sum(1, dtype=float), rtol=1e-5, atol=1e-5)
    assert not result[6:].any()
    # Whole numbers: every lane of every register counts once.
    sums(np.array([i * 1000 + 2.0**j for i in range(6) for j in range(16)], np.float32), result)
    assert result.tolist() == [i * 16000 + 65535 for i in range(6)] + [0] * 10


def test_product_does_not_underflow_with_float32():
    load, product = simd.load, simd.product

    @compiled
    def multiply(a):
        return product(load(simd.pointer(a), 0))

    a = np.linspace(0.5, 2, LANES).astype(np.float32)
    assert multiply(a) == pytest.approx(np.prod(a.astype(float)), rel=1e-6)
    assert multiply(np.full(LANES, 1e-10, np.float32)) == pytest.approx(1e-160, rel=1e-5)
    assert multiply(np.zeros(LANES, np.float32)) == 0


def test_one_minus_sigmoid():
    x = np.append(np.linspace(-30, 30, 6000 - 1), 0).astype(np.float32)
    found = unary(one_minus_sigmoid)(x)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(x.astype(float))), rtol=0, atol=1e-6)
    assert found[-1] == 0.5
    # Neither chance is ever 0, else its logarithm would be infinite.
    assert found.min() > 0
    assert (1 - found).min() > 0


def test_one_minus_sigmoid_beyond_all_bounds():
    found = unary(one_minus_sigmoid)(np.array([np.inf, -np.inf, 1e30, -1e30, np.nan, *[0] * 11], np.float32))
    np.testing.assert_allclose(found[:4], [0, 1, 0, 1], atol=1e-6)
    assert np.isnan(found[4])
    assert (found[5:] == 0.5).all()


class Inner(NamedTuple):
    floats: np.ndarray
    whole: np.ndarray


class Outer(NamedTuple):
    floats: np.ndarray
    inner: Inner


def test_pointers_keep_names_and_types_at_every_depth():
    @compiled
    def copy(arrays):
        made = simd.pointers(arrays)
        for i in range(3):
            made.inner.floats[i] = made.floats[i] + made.inner.whole[i]

    arrays = Outer(np.arange(3, dtype=np.float32), Inner(np.zeros(3), np.full(3, 7)))
    copy(arrays)
    assert arrays.inner.floats.tolist() == [7, 8, 9]
