"""Dense vectors: rows, norms and the four scores against arithmetic done the slow way."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import vectors as module
from embedkit.vectors.vectors import METRICS, Vectors, unit_rows


def naive(query, row, metric: str) -> float:
    """One score, one number after another, in float64."""
    query, row = [float(x) for x in query], [float(x) for x in row]
    dot = sum(q * x for q, x in zip(query, row))
    if metric == "dot":
        return dot
    if metric == "cosine":
        lengths = sum(q * q for q in query) ** 0.5 * sum(x * x for x in row) ** 0.5
        return dot / lengths if lengths else 0.0
    if metric == "euclidean":
        return -(sum((q - x) ** 2 for q, x in zip(query, row)) ** 0.5)
    return -sum(abs(q - x) for q, x in zip(query, row))


def make(V: int = 37, D: int = 5, seed: int = 1) -> Vectors:
    matrix = np.random.default_rng(seed).normal(size=(V, D)).astype(np.float32)
    matrix[3] = 0
    matrix[7] = matrix[8]
    return Vectors(Vocab.from_words([f"w{i}" for i in range(V)]), matrix)


@pytest.mark.parametrize("block", [1 << 18, 20])
@pytest.mark.parametrize("metric", METRICS)
def test_scores(metric, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    vectors = make()
    queries = np.concatenate([vectors.rows(np.arange(10)), np.ones((2, 5), np.float32)])
    expected = [[naive(query, row, metric) for row in vectors.matrix] for query in queries]
    scores = vectors.scores(queries, metric)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=2e-6, atol=2e-6)
    np.testing.assert_allclose(vectors.scores(queries, metric, 4, 30), scores[:, 4:30], rtol=1e-6, atol=1e-6)
    assert vectors.scores(queries, metric, 35, 100).shape == (12, 2)
    assert vectors.scores(queries[:0], metric).shape == (0, 37)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_the_distance_to_itself_is_zero_and_not_minus_zero(metric):
    vectors = make(50, 300)
    scores = vectors.scores(vectors.rows(np.arange(50)), metric)
    assert (np.diagonal(scores) == 0).all()
    assert scores[7, 8] == 0
    assert not np.signbit(np.diagonal(scores)).any()


def test_close_neighbours_far_from_the_origin_keep_their_distance():
    matrix = np.full((2, 4), 1000, np.float32)
    matrix[1, 0] = np.nextafter(np.float32(1000), np.float32(2000))
    vectors = Vectors(Vocab.from_words(["a", "b"]), matrix)
    step = np.float32(matrix[1, 0] - matrix[0, 0])
    for metric in ("euclidean", "manhattan"):
        assert vectors.scores(matrix[:1], metric).tolist() == [[0, -step]]


def test_norms():
    matrix = np.array([[3, 4], [0, 0], [3e38, 3e38], [1e-30, 0]], np.float32)
    vectors = Vectors(Vocab.from_words("abcd"), matrix)
    assert vectors.norms.dtype == np.float32
    assert vectors.norms[:2].tolist() == [5, 0]
    assert vectors.norms[2] == np.finfo(np.float32).max
    assert vectors.norms[3] == pytest.approx(1e-30)
    assert vectors.norms is vectors.norms


def test_norms_that_are_given_are_not_computed():
    norms = np.array([2, 2], np.float32)
    vectors = Vectors(Vocab.from_words("ab"), np.ones((2, 4), np.float32), norms)
    assert vectors.norms is norms


def test_a_norm_of_a_row_with_nan_shows_it():
    vectors = Vectors(Vocab.from_words("ab"), np.array([[np.nan], [np.inf]], np.float32))
    assert not np.isfinite(vectors.norms).any()


def test_rows_are_copies():
    vectors = make()
    rows = vectors.rows(np.array([2, 2, 36]))
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, vectors.matrix[[2, 2, 36]])
    rows[0] = 9
    assert vectors.matrix[2, 0] != 9


def test_what_it_knows_about_itself():
    vectors = make()
    assert len(vectors) == 37
    assert vectors.width == 5
    assert vectors.metadata == {"kind": "vectors"}
    assert vectors.contexts is None


def test_words_and_rows_must_match():
    with pytest.raises(ValueError, match="3 words need as many rows"):
        Vectors(Vocab.from_words("abc"), np.zeros((2, 4), np.float32))


def test_an_unknown_metric():
    with pytest.raises(KeyError, match="chebyshev"):
        make().scores(np.ones((1, 5), np.float32), "chebyshev")


@pytest.mark.parametrize("ids", [[8, 3, 5], [4, 5, 6], [36], []])
def test_take(ids):
    vectors = make()
    vectors.contexts = -vectors.matrix
    assert vectors.take(ids)._norms is None
    vectors.norms  # noqa: B018 (known from here on)
    part = vectors.take(np.array(ids, np.int64))
    assert part.vocab.words() == [f"w{id}" for id in ids]
    np.testing.assert_array_equal(part.matrix, vectors.matrix[ids])
    np.testing.assert_array_equal(part.norms, vectors.norms[ids])
    np.testing.assert_array_equal(part.contexts, -vectors.matrix[ids])


def test_rows_that_follow_one_another_are_not_copied():
    vectors = make()
    assert np.shares_memory(vectors.take([4, 5, 6]).matrix, vectors.matrix)
    assert not np.shares_memory(vectors.take([4, 6]).matrix, vectors.matrix)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_any_size_get_length_1(dtype):
    rows = np.array([[3e30, 4e30], [0, 0], [3e-30, -4e-30]], dtype)
    found = unit_rows(rows)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0], [0.6, -0.8]], 1e-6)
