"""int8 by hand and in bounds; the loss that is told is the loss there is."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors.quantized import QuantizedVectors
from embedkit.vectors.transform import rows as module
from embedkit.vectors.transform.quantize import loss, quantize
from embedkit.vectors.vectors import Vectors


def make(matrix) -> Vectors:
    return Vectors(Vocab.from_words([f"w{i}" for i in range(len(matrix))]), np.asarray(matrix, np.float32))


def normal(V: int = 90, D: int = 12) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(V, D)).astype(np.float32)


def test_by_hand():
    made = quantize(make([[254, -127, 1.1], [0, 0, 0], [-1, 0.5, 0]]))
    assert made.codes.dtype == np.int8
    assert made.codes.tolist() == [[127, -64, 1], [0, 0, 0], [-127, 64, 0]]  # 63.5 is rounded to even
    assert made.scales.tolist() == [2, 0, np.float32(1) / np.float32(127)]
    assert made.rows(np.array([1])).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("block", [1 << 18, 30])
def test_no_number_moves_by_more_than_half_a_step(block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    matrix = normal() * np.geomspace(1e-30, 1e30, 90, dtype=np.float32)[:, None]
    made = quantize(make(matrix))
    error = np.abs(made.rows(np.arange(90)).astype(float) - matrix)
    assert (error <= made.scales[:, None].astype(float) * 0.5001).all()
    assert (np.abs(made.codes.astype(int)).max(axis=1) == 127).all()


def test_numbers_near_the_end_of_float32_stay_finite():
    made = quantize(make([[1e-45, 0], [3e38, -3e38]]))
    assert np.isfinite(made.rows(np.arange(2))).all()


def test_the_error_is_that_of_the_cosines():
    matrix = normal()
    matrix[5] = 0
    source = make(matrix)
    made = quantize(source)
    back = made.rows(np.arange(90)).astype(float)
    rest = np.arange(90) != 5
    cosines = np.einsum("ij,ij->i", matrix[rest].astype(float), back[rest])
    cosines /= np.linalg.norm(matrix[rest].astype(float), axis=1) * np.linalg.norm(back[rest], axis=1)
    found = loss(source, made)
    assert found.mean == pytest.approx((1 - cosines).sum() / 90, rel=1e-6)
    assert found.largest == pytest.approx((1 - cosines).max(), rel=1e-6)
    assert 1e-6 < found.mean < 1e-3


def test_the_overlap_is_that_of_the_neighbours():
    source = make(normal())
    assert loss(source, quantize(source)).overlap > 0.95
    shuffled = np.random.default_rng(2).permutation(quantize(source).codes)
    assert loss(source, QuantizedVectors(source.vocab, shuffled, np.ones(90, np.float32))).overlap < 0.2
    assert loss(source, quantize(source), k=89).overlap == 1


def test_rows_without_direction_lose_nothing():
    source = make(np.zeros((3, 2)))
    assert loss(source, quantize(source)) == (0, 0, 1)
