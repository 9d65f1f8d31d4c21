"""`embedkit odd`, and `similar --positive … --negative …`."""

from __future__ import annotations

import numpy as np
import pytest
from _refused import refused


def test_the_odd_word(run, toy_file, toy):
    got = run("odd", toy_file, "apple", "king", "pear", "plum")
    (row,) = got.rows
    assert row[:2] == ["apple king pear plum", "king"]
    units = toy.matrix[[4, 0, 5, 6]] / np.linalg.norm(toy.matrix[[4, 0, 5, 6]], axis=1)[:, None]
    mean = units.mean(0)
    assert float(row[2]) == pytest.approx((units @ mean / np.linalg.norm(mean))[1], abs=1e-6)
    assert [row[1] for row in run("odd", toy_file, "apple", "king", "pear", "plum", "-k", 9).rows] == [
        "king", "apple", "pear", "plum",
    ]  # fmt: skip
    assert run("odd", toy_file, stdin="apple\tNew York\tpear\n").rows[0][1] == "New York"


def test_unknown_words(run, toy_file):
    got = run("odd", toy_file, "apple", "kingg", "pear", "plum", "man")
    assert (got.code, [row[:2] for row in got.rows]) == (3, [["apple pear plum man", "man"]])
    assert got.err == "unknown word: kingg (near: king)\n"
    got = run("odd", toy_file, stdin="apple xyzzy pear\n")
    assert (got.code, got.out) == (3, "")
    assert got.err == "unknown word: xyzzy\nfewer than three known words: apple xyzzy pear\n"
    refused(run("odd", toy_file, "apple", "pear"), "2 words, of which none can be odd", code=2)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
def test_gensim_agrees(toy_file, toy):
    models = pytest.importorskip("gensim.models")
    from embedkit.vectors.query import oddest

    keyed = models.KeyedVectors(4)
    keyed.add_vectors(toy.vocab.words(), toy.matrix)
    for words in (["king", "queen", "man", "apple"], ["woman", "queen", "plum"], ["apple", "pear", "New York"]):
        (place,), _ = oddest(toy, [toy.vocab.id(word) for word in words], 1)
        assert keyed.doesnt_match(words) == words[place]


def test_positive_and_negative(run, toy_file):
    as_expression = run("similar", toy_file, "king + woman - man")
    assert run("similar", toy_file, "--positive", "king", "woman", "--negative", "man") == as_expression
    apart = run("similar", toy_file, "--positive", "king", "--negative", "man", "--positive", "woman", "-k", 10)
    assert apart == as_expression
    assert run("similar", toy_file, "--negative", "man", "-k", 1).rows == [["- man", "queen", "0.0"]]
    refused(run("similar", toy_file, "king", "--positive", "man"), "QUERY and --positive ask twice", code=2)
    printed = run("similar", toy_file, "--positive", "king", "woman", "--print-config").out
    assert 'positive = ["king", "woman"]' in printed
