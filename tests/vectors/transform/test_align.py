"""Procrustes: a rotation is found again, and no other one brings the anchors nearer."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors.transform import rows as module
from embedkit.vectors.transform.align import rotation
from embedkit.vectors.vectors import Vectors


def make(matrix) -> Vectors:
    return Vectors(Vocab.from_words([f"w{i}" for i in range(len(matrix))]), np.asarray(matrix, np.float32))


def noisy(seed: int = 1, V: int = 60, D: int = 5):
    """Rows, and the same rows turned, with noise and of other lengths."""
    rng = np.random.default_rng(seed)
    matrix, turn = rng.normal(size=(V, D)), np.linalg.qr(rng.normal(size=(D, D)))[0]
    return matrix, turn, (matrix @ turn + 0.1 * rng.normal(size=(V, D))) * rng.uniform(0.5, 9, size=(V, 1))


def mean_cosine(a, b) -> float:
    return float(np.mean([x @ y / np.linalg.norm(x) / np.linalg.norm(y) for x, y in zip(a, b)]))


def test_a_quarter_turn_by_hand():
    ids = np.arange(2)
    turn, before, after = rotation(make([[2, 0], [0, 1]]), make([[0, 3], [-1, 0]]), ids, ids)
    np.testing.assert_allclose(turn, [[0, 1], [-1, 0]], atol=1e-12)
    assert (before, after) == (0, pytest.approx(1))


@pytest.mark.parametrize("block", [1 << 18, 11])
def test_finds_the_rotation_whatever_the_lengths(block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    matrix, turn, _ = noisy()
    lengths = np.random.default_rng(2).uniform(0.1, 10, size=(60, 1))
    found = rotation(make(matrix), make(matrix @ turn * lengths), np.arange(60), np.arange(60))
    np.testing.assert_allclose(found.matrix, turn, atol=1e-6)
    assert found.after == pytest.approx(1, abs=1e-6)


def test_the_cosines_told_are_those_before_and_after():
    a, _, b = noisy()
    found = rotation(make(a), make(b), np.arange(60), np.arange(60))
    assert found.before == pytest.approx(mean_cosine(a, b), abs=1e-6)
    assert found.after == pytest.approx(mean_cosine(a @ found.matrix, b), abs=1e-6)


def test_no_other_rotation_is_better():
    a, _, b = noisy()
    found = rotation(make(a), make(b), np.arange(60), np.arange(60))
    np.testing.assert_allclose(found.matrix.T @ found.matrix, np.eye(5), atol=1e-12)
    rng = np.random.default_rng(3)
    for size in (1e-3, 1e-2, 1):
        skew = size * rng.normal(size=(5, 5))
        other = found.matrix @ np.linalg.qr(np.eye(5) + skew - skew.T)[0]
        assert mean_cosine(a @ other, b) < found.after


def test_anchors_alone_decide():
    a, turn, _ = noisy()
    b = a @ turn
    b[10:] = 7
    found = rotation(make(a), make(b[::-1]), np.arange(10), np.arange(59, 49, -1))
    np.testing.assert_allclose(found.matrix, turn, atol=1e-6)


def test_zero_rows_count_as_cosine_zero():
    found = rotation(make([[1, 0], [0, 0]]), make([[1, 0], [0, 1]]), np.arange(2), np.arange(2))
    assert (found.before, found.after) == (0.5, 0.5)
