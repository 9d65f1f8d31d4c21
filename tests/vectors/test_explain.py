"""Cosines taken apart, by hand on four words and against scores on random rows."""

from __future__ import annotations

import numpy as np
import pytest
from _csr import csr_of

from embedkit.text.vocab import Vocab
from embedkit.vectors.explain import Explainer
from embedkit.vectors.query import parse_query
from embedkit.vectors.ranking import nearest
from embedkit.vectors.sparse import SparseVectors


def shared(source, text, word):
    contexts, parts = Explainer(source, parse_query(source, text)).shared(source.vocab.id(word))
    assert parts.dtype == np.float32
    return [(source.contexts[id], float(part)) for id, part in zip(contexts, parts)]


def near(value):
    return pytest.approx(value, rel=1e-6)


def test_a_word(sparse):
    # tea is cup 3, hot 4, of length 5; coffee is cup 1, hot 7, of length sqrt(50).
    assert shared(sparse, "tea", "coffee") == [("hot", near(28 / 5 / 50**0.5)), ("cup", near(3 / 5 / 50**0.5))]
    assert shared(sparse, "coffee", "tea") == [("hot", near(28 / 5 / 50**0.5)), ("cup", near(3 / 5 / 50**0.5))]


def test_an_expression_adds_rows_of_length_1(sparse):
    # tea + milk is (.6, .8, 1) of length sqrt(2); milk is cow 2, of length 2.
    assert shared(sparse, "tea + milk", "milk") == [("cow", near(1 / 2**0.5))]
    assert shared(sparse, "tea + milk", "tea") == [("hot", near(0.64 / 2**0.5)), ("cup", near(0.36 / 2**0.5))]


def test_what_is_taken_away_counts_against(sparse):
    # milk - coffee is (-1, -7, sqrt(50)) / sqrt(50), of length sqrt(2).
    assert shared(sparse, "milk - coffee", "tea") == [("cup", near(-3 / 5 / 10)), ("hot", near(-28 / 5 / 10))]


def test_nothing_shared(sparse):
    for query, word in (("tea", "milk"), ("tea", "rare"), ("rare", "tea"), ("tea - tea", "tea")):
        assert shared(sparse, query, word) == []


def test_equal_parts_in_the_order_of_the_contexts():
    words, contexts = Vocab.from_words("ab"), Vocab.from_words("wxyz")
    source = SparseVectors(words, csr_of(np.array([[1, 0, 1, 2], [1, 0, 1, 2]])), contexts)
    assert shared(source, "a", "b") == [("z", near(4 / 6)), ("w", near(1 / 6)), ("y", near(1 / 6))]


@pytest.mark.parametrize("text", ["w3", "w1 + w2", "w1 - w2 + w3", "w5 w5 - w6"])
def test_the_parts_add_up_to_the_score(text):
    rng = np.random.default_rng(8)
    dense = np.where(rng.random((40, 60)) < 0.4, rng.random((40, 60)), 0).astype(np.float32)
    words = Vocab.from_words([f"w{i}" for i in range(40)])
    contexts = Vocab.from_words([f"c{i}" for i in range(60)])
    source = SparseVectors(words, csr_of(dense), contexts)
    query = parse_query(source, text)
    explainer, ((ids, scores),) = Explainer(source, query), nearest(source, [query], 40, exclude=False)
    assert len(ids) == 40
    for id, score in zip(ids, scores):
        named, parts = explainer.shared(id)
        assert parts.sum() == pytest.approx(score, abs=1e-6)
        assert (np.diff(parts) <= 0).all()
        assert set(named) <= set(dense[id].nonzero()[0])
