import math
import unicodedata

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import query
from embedkit.vectors.query import Unanswerable, combine, combine_all, find, parse_query, pool, similarity, tokens
from embedkit.vectors.vectors import Vectors


def rng_source(V=300, D=7, seed=5):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((V, D)).astype(np.float32)
    matrix[V // 2 :] = matrix[: V - V // 2]  # every score comes twice
    return Vectors(Vocab.from_words([f"w{i}" for i in range(V)]), matrix)


# --- words and expressions ---


def test_a_word_is_found_as_written_before_its_normal_form(toy):
    toy.vocab = Vocab.from_words(["King", "king", *list(toy.vocab)[2:]])
    assert [find(toy, word) for word in ("King", "king", "KING", "kings")] == [0, 1, 1, None]


def test_words_take_the_form_the_corpus_had(toy):
    decomposed = unicodedata.normalize("NFD", "한국어")
    assert find(toy, "PEAR") == 5
    assert find(toy, decomposed) == 8
    toy.metadata["config"]["text"] = {"nfc": False, "lowercase": False}
    assert find(toy, "PEAR") is None
    assert find(toy, decomposed) is None
    del toy.metadata["config"]
    assert find(toy, "PEAR") is None
    assert find(toy, "pear") == 5


@pytest.mark.parametrize(
    ("text", "ids", "signs"),
    [
        ("king", [0], [1]),
        ("New York", [7], [1]),
        ("king - man + woman", [0, 2, 3], [1, -1, 1]),
        ("king woman", [0, 3], [1, 1]),
        ("- man king", [2, 0], [-1, 1]),
        ("king -  man\tman", [0, 2, 2], [1, -1, 1]),
    ],
)
def test_expressions(toy, text, ids, signs):
    got = parse_query(toy, text)
    assert (got[0].tolist(), got[1].tolist()) == (ids, signs)


@pytest.mark.parametrize(
    ("text", "message", "unknown"),
    [
        ("kign", "unknown word: kign", ["kign"]),
        ("kign - mna + king + kign", "unknown words: kign, mna", ["kign", "mna"]),
        ("king-man", "unknown word: king-man", ["king-man"]),
        ("king-man+woman", "unknown word: king-man+woman (signs stand between spaces: king - man + woman)", []),
        ("king -man +woman", "unknown words: -man, +woman (signs stand between spaces: king - man + woman)", []),
        ("c++", "unknown word: c++", ["c++"]),
        ("king -", "a sign without a word: king -", []),
        ("-", "a sign without a word: -", []),
        ("king - + man", "two signs in a row: king - + man", []),
        ("  ", "an empty query", []),
        ("king\u00a0man", "unknown word: king\u00a0man", ["king\u00a0man"]),
    ],
)
def test_queries_that_are_none(toy, text, message, unknown):
    with pytest.raises(Unanswerable) as error:
        parse_query(toy, text)
    assert (str(error.value), error.value.unknown) == (message, unknown)


def test_a_sign_may_be_a_word(toy):
    toy.vocab = Vocab.from_words(["-", *list(toy.vocab)[1:]])
    assert parse_query(toy, "-")[0].tolist() == [0]


# --- pairs, sums, texts ---


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cosine", [0.36, 1, -1, 0]),
        ("dot", [18, 5, -10, 0]),
        ("euclidean", [math.sqrt(9 + 16 + 64), 4, 7, 5]),
        ("manhattan", [15, 4, 7, 7]),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_pairs(toy, monkeypatch, metric, expected, block):
    monkeypatch.setattr(query, "BLOCK", block)
    a, b = np.array([[0, 1], [4, 5], [4, 7], [0, 9]]).T
    got = similarity(toy, a, b, metric)
    assert got.dtype == np.float32
    assert got.tolist() == np.float32(expected).tolist()


def test_a_word_is_exactly_like_itself():
    source = rng_source()
    assert set(similarity(source, np.arange(300), np.arange(300)).tolist()) == {1.0}


@pytest.mark.parametrize("block", [1, 1 << 20])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("texts", [["king", "nil", "- plum"], ["king - man", "pear", "- queen + king - woman", "man"]])
def test_sums_of_many_queries_are_those_of_each(toy, monkeypatch, block, unit, texts):
    monkeypatch.setattr(query, "BLOCK", block)
    queries = [parse_query(toy, text) for text in texts]
    sums = combine_all(toy, queries, unit)
    assert sums.dtype == np.float32
    np.testing.assert_allclose(sums, [combine(toy, *query, unit) for query in queries], rtol=1e-6)


def test_no_queries_no_sums(toy):
    assert combine_all(toy, []).shape == (0, 4)


@pytest.mark.parametrize("block", [1, 9, 1 << 20])
def test_sums_of_rows(toy, monkeypatch, block):
    monkeypatch.setattr(query, "BLOCK", block)
    assert combine(toy, np.array([0, 1, 3]), np.array([1, -1, 2])).tolist() == [-3, 4, -6, 0]
    assert combine(toy, np.array([2, 9]), np.array([1, 1]), unit=True).tolist() == [0, 1, 0, 0]
    ids = np.array([0, 2, 2, 3])
    assert pool(toy, ids, "sum").tolist() == [3, 8, 1, 0]
    assert pool(toy, ids, "mean").tolist() == [0.75, 2, 0.25, 0]
    assert pool(toy, ids, "max").tolist() == [3, 4, 1, 0]


def test_texts_are_split_as_the_corpus_was(toy):
    assert tokens(toy, "Don't  stop,\tnow") == ["don't", "stop,", "now"]
    toy.metadata["config"]["text"]["tokenizer"] = "words"
    assert tokens(toy, "Don't stop, now") == ["do", "n't", "stop", ",", "now"]
    toy.metadata["config"]["text"]["tokenizer"] = "chars"
    assert tokens(toy, "Ab c") == ["a", "b", "▁", "c"]
    toy.metadata["config"]["text"]["tokenizer"] = "of another tool"
    assert tokens(toy, "Ab c") == ["ab", "c"]
    toy.metadata["config"]["text"] |= {"tokenizer": "words", "drop_punctuation": True}
    assert tokens(toy, "Stop, now!") == ["stop", "now"]
    toy.metadata.clear()
    assert tokens(toy, "Ab, c") == ["Ab,", "c"]
