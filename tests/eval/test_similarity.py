"""Correlations against hand computation, a slow twin and scipy; pairs against vectors."""

from __future__ import annotations

import numpy as np
import pytest
from _csr import csr_of

from embedkit.errors import EmbedkitError
from embedkit.eval.correlation import pearson, ranks, spearman
from embedkit.eval.protocols import PLAIN
from embedkit.eval.similarity import Pairs, evaluate_pairs
from embedkit.text.vocab import Vocab
from embedkit.vectors.sparse import SparseVectors
from embedkit.vectors.vectors import Vectors


def test_cosines_that_float32_cannot_tell_apart_have_ranks_of_their_own():
    matrix = np.array([[1, 0], [1, 1e-4], [1, 2e-4], [0, 1]], np.float32)  # cosines 1 - 5e-9, 1 - 2e-8, 0
    pairs = Pairs("p", ["a", "b", "a", "c", "a", "Rome"], np.array([3.0, 2, 1]))
    assert evaluate_pairs(Vectors(Vocab.from_words(WORDS), matrix), pairs).spearman == pytest.approx(1, abs=1e-12)


def naive_spearman(x, y):
    """Ranks by counting, one value at a time."""

    def rank(values):
        return [sum(v < w for v in values) + (1 + sum(v == w for v in values)) / 2 for w in values]

    a, b = rank(x), rank(y)
    ma, mb = sum(a) / len(a), sum(b) / len(b)
    over = sum((p - ma) * (q - mb) for p, q in zip(a, b))
    return over / (sum((p - ma) ** 2 for p in a) * sum((q - mb) ** 2 for q in b)) ** 0.5


def test_ranks_share_their_mean():
    assert ranks(np.array([30, 10, 10, 20, 10])).tolist() == [5, 2, 2, 4, 2]


def test_by_hand():
    x, y = np.array([106, 86, 100, 101, 99, 103, 97, 113, 112, 110]), np.array([7, 0, 27, 50, 28, 29, 20, 12, 6, 17])
    assert spearman(x, y) == pytest.approx(1 - 6 * 194 / (10 * 99))
    assert pearson(np.array([1, 2, 3]), np.array([1, 2, 5])) == pytest.approx(4 / (2 * 26 / 3) ** 0.5)
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    assert spearman(np.array([1, 2, 2, 3]), np.array([1, 2, 3, 4])) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    assert spearman(np.array([1, 2]), np.array([5, 4])) == -1


@pytest.mark.parametrize("levels", [3, 10, 10**6])
def test_like_the_twin_and_scipy(levels):
    rng = np.random.default_rng(levels)
    x, y = rng.integers(0, levels, (2, 50)).astype(np.float32)
    assert spearman(x, y) == pytest.approx(naive_spearman(x.tolist(), y.tolist()), abs=1e-12)
    stats = pytest.importorskip("scipy.stats")
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x.astype(float), y).statistic, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3]), ([1, 2], [7, 7])])
def test_undefined(x, y):
    assert spearman(np.array(x), np.array(y)) is None
    assert pearson(np.array(x), np.array(y)) is None


WORDS = ["a", "b", "c", "Rome"]
MATRIX = np.array([[2, 0], [1, 1], [0, 3], [-1, 0]], np.float32)


def dense(matrix=MATRIX, metadata=None):
    return Vectors(Vocab.from_words(WORDS), matrix, metadata=metadata)


def test_pairs_in_vocabulary_count_and_the_others_do_not():
    pairs = Pairs("p", ["a", "b", "a", "c", "b", "nobody", "a", "Rome", "a", "a"], np.array([6.0, 3, 9, 1, 10]))
    result = evaluate_pairs(dense(), pairs)
    cosines = [0.5**0.5, 0, -1, 1]
    assert (result.used, result.total) == (4, 5)
    assert result.spearman == pytest.approx(1)
    assert result.pearson == pytest.approx(np.corrcoef(cosines, [6, 3, 1, 10])[0, 1])


def test_lowercase_changes_the_pairs_only():
    pairs = Pairs("p", ["A", "b", "a", "c", "Rome", "a"], np.array([3.0, 2, 1]))
    assert evaluate_pairs(dense(), pairs).used == 2
    assert evaluate_pairs(dense(), pairs).lowercase_only == 1
    result = evaluate_pairs(dense(), pairs, PLAIN._replace(case="lower"))
    assert (result.used, result.lowercase_only) == (2, 0)
    assert result.spearman == pytest.approx(1)


def test_a_lower_cased_corpus_is_known():
    pairs = Pairs("p", ["A", "B", "A", "C"], np.array([2.0, 1]))
    source = dense(metadata={"config": {"text": {"lowercase": True}}})
    assert evaluate_pairs(source, pairs).used == 2
    assert evaluate_pairs(source, pairs).lowercase_only == 0


def test_nothing_covered():
    result = evaluate_pairs(dense(), Pairs("p", ["x", "a", "y", "z"], np.array([1.0, 2])))
    assert (result.spearman, result.pearson, result.used, result.total) == (None, None, 0, 2)


def test_sparse_as_dense():
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((20, 9)) < 0.4, rng.random((20, 9)), 0).astype(np.float32)
    vocab = Vocab.from_words([f"w{i}" for i in range(20)])
    contexts = Vocab.from_words([f"c{i}" for i in range(9)])
    sparse = SparseVectors(vocab, csr_of(matrix), contexts)
    pairs = Pairs("p", [f"w{i}" for i in rng.integers(0, 20, 60)], rng.random(30))
    a, b = evaluate_pairs(sparse, pairs), evaluate_pairs(Vectors(vocab, matrix), pairs)
    assert a.spearman == pytest.approx(b.spearman, abs=1e-6)
    assert a.pearson == pytest.approx(b.pearson, abs=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_broken_vectors_are_named(value):
    matrix = MATRIX.copy()
    matrix[2, 1] = value
    with pytest.raises(EmbedkitError, match="'c' holds a NaN or an infinite number"):
        evaluate_pairs(dense(matrix), Pairs("p", ["a", "b", "a", "c"], np.array([1.0, 2])))
    assert evaluate_pairs(dense(matrix), Pairs("p", ["a", "b"], np.array([1.0]))).used == 1
