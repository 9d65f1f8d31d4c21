"""Sparse vectors answer as their dense twins do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from _cases import cases
from _csr import csr_of
from hypothesis import given
from hypothesis import strategies as st

from embedkit.errors import EmbedkitError
from embedkit.text.vocab import Vocab
from embedkit.vectors import sparse as module
from embedkit.vectors.sparse import SparseVectors
from embedkit.vectors.vectors import METRICS, Vectors


def make(dense: np.ndarray) -> SparseVectors:
    """The non-zeros of `dense` (V, width)."""
    V, width = dense.shape
    words = Vocab.from_words([f"w{i}" for i in range(V)])
    contexts = Vocab.from_words([f"c{i}" for i in range(width)])
    return SparseVectors(words, csr_of(dense), contexts)


def random(V: int = 60, width: int = 40, share: float = 0.2, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((V, width)) < share, rng.normal(size=(V, width)), 0).astype(np.float32)
    dense[[0, 17, V - 1]] = 0
    dense[5] = dense[6]
    return dense


@pytest.mark.parametrize("block", [1 << 18, 1, 30])
@pytest.mark.parametrize("n", [1, 16, 17])
@pytest.mark.parametrize("metric", METRICS)
def test_scores_are_those_of_dense_rows(metric, n, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    dense = random()
    vectors, twin = make(dense), Vectors(Vocab.from_words([str(i) for i in range(60)]), dense)
    queries = dense[:n] + np.eye(n, 40, dtype=np.float32)
    scores = vectors.scores(queries, metric)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, twin.scores(queries, metric), rtol=1e-5, atol=2e-6)
    np.testing.assert_array_equal(vectors.scores(queries, metric, 3, 59), scores[:, 3:59])
    assert vectors.scores(queries, metric, 20, 20).shape == (n, 0)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("n", [4, 60])
def test_the_distance_to_itself_is_zero(metric, n):
    dense = random()
    scores = make(dense).scores(dense[:n], metric)
    assert (np.diagonal(scores) == 0).all()
    assert not np.signbit(np.diagonal(scores)).any()


def test_norms_and_rows():
    dense = random()
    vectors = make(dense)
    np.testing.assert_allclose(vectors.norms, np.sqrt((dense.astype(float) ** 2).sum(1)), rtol=1e-7)
    assert vectors.norms.dtype == np.float32
    np.testing.assert_array_equal(vectors.rows(np.array([59, 3, 3])), dense[[59, 3, 3]])
    assert vectors.rows([]).shape == (0, 40)
    assert (len(vectors), vectors.width) == (60, 40)


@cases(50)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32), st.sampled_from(METRICS))
def test_any_shape_and_pattern(V, width, seed, metric):
    rng = np.random.default_rng(seed)
    dense = rng.integers(-2, 3, (V, width)).astype(np.float32)
    queries = rng.integers(-2, 3, (3, width)).astype(np.float32)
    twin = Vectors(Vocab.from_words([str(i) for i in range(V)]), dense)
    np.testing.assert_allclose(make(dense).scores(queries, metric), twin.scores(queries, metric), rtol=1e-6, atol=1e-6)


def test_columns_are_the_words_unless_there_are_contexts():
    vectors = SparseVectors(Vocab.from_words("abc"), csr_of(np.eye(3)))
    assert vectors.contexts is None
    assert vectors.width == 3
    assert vectors.metadata == {"kind": "sparse-vectors"}


@pytest.mark.parametrize("index", [40, -1])
@pytest.mark.parametrize("n", [1, 17])
def test_an_index_past_the_contexts_is_an_error(index, n):
    vectors = make(random())
    vectors.weights.indices[20] = index
    for use in (lambda: vectors.scores(np.ones((n, 40), np.float32)), lambda: vectors.rows(np.arange(60))):
        with pytest.raises(EmbedkitError, match="sparse rows are damaged"):
            use()


@pytest.mark.parametrize("columns", [1, 5, 128])
def test_the_kernel_against_a_loop(columns, monkeypatch):
    vectors, queries = make(random(share=0.4)), np.random.default_rng(1).normal(size=(40, columns)).astype(np.float32)
    out = np.full((41, columns), np.nan)
    vectors.weights.multiply(9, 50, queries, out)
    for row, sums in zip(range(9, 50), out):
        for query, total in zip(queries.T, sums):
            products = [float(x) * float(query[column]) for column, x in zip(*vectors.weights.row(row))]
            assert total == pytest.approx(sum(products), abs=1e-5)
    monkeypatch.setattr(module, "COLUMNS", 3)
    monkeypatch.setattr(module, "thread_count", lambda threads: 3)
    scores = vectors.scores(np.repeat(queries.T, 20, 0), "dot", 9, 50)
    np.testing.assert_allclose(scores, np.repeat(out.T, 20, 0), atol=1e-5)


def test_parts_must_match():
    with pytest.raises(ValueError, match=r"2 words, 2 contexts, and weights of \(2, 3\)"):
        SparseVectors(Vocab.from_words("ab"), csr_of(np.ones((2, 3))))


def test_a_few_queries_need_numpy_alone():
    script = (
        "import sys, numpy as np; from embedkit.vectors.sparse import *; from embedkit.text.vocab import Vocab\n"
        "vocab, ones = Vocab.from_words('ab'), np.ones(2, np.float32)\n"
        "v = SparseVectors(vocab, Csr(np.array([0, 1, 2]), np.zeros(2, np.int32), ones, (2, 2)))\n"
        "for m in ('cosine', 'dot', 'euclidean', 'manhattan'): v.scores(np.ones((16, 2), np.float32), m)\n"
        "print([name for name in ('scipy', 'numba') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_take_keeps_the_columns():
    dense = random()
    ids = np.array([59, 5, 0, 30])
    part = make(dense).take(ids)
    assert part.vocab.words() == ["w59", "w5", "w0", "w30"]
    np.testing.assert_array_equal(part.rows(np.arange(4)), dense[ids])
    np.testing.assert_allclose(part.norms, np.linalg.norm(dense[ids], axis=1), rtol=1e-6)
    square = make(dense[:40])
    square.contexts = None
    assert square.take(ids[1:]).contexts is square.vocab
