"""What is not known of every kind of data set, as protocols see it."""

from __future__ import annotations

import numpy as np

from embedkit.eval.analogy import Questions
from embedkit.eval.categories import Categories
from embedkit.eval.classify import Texts
from embedkit.eval.protocols import PLAIN, PROTOCOLS
from embedkit.eval.similarity import Pairs
from embedkit.eval.tasks import TASKS
from embedkit.text.vocab import Vocab
from embedkit.vectors.vectors import Vectors

SOURCE = Vectors(Vocab.from_words(["a", "b", "zero", "<unk>"]), np.array([[1, 0], [1, 1], [0, 0], [0, 1]], np.float32))


KEYS = {Pairs: "pairs", Questions: "questions", Categories: "categories", Texts: "classify"}


def unknown_items(source, dataset, *protocol):
    return TASKS[KEYS[type(dataset)]].load().unknown_items(source, dataset, *protocol)


def test_pairs():
    pairs = Pairs("p", ["a", "b", "a", "x", "A", "y", "zero", "a"], np.arange(4.0))
    assert list(unknown_items(SOURCE, pairs)) == [(None, "a x", ["x"]), (None, "A y", ["A", "y"])]
    assert [item.words for item in unknown_items(SOURCE, pairs, PROTOCOLS["fasttext"])] == [["x"], ["y"], ["zero"]]
    limited = PROTOCOLS["gensim"]._replace(limit=1)
    assert [item.words for item in unknown_items(SOURCE, pairs, limited)] == [["b"], ["x"], ["y"], ["zero"]]


def test_questions_have_sections():
    words = ["a", "b", "a", "x", "x", "b", "x", "y", "a", "b", "b", "<unk>"]
    questions = Questions("q", words, [("one", 1), ("none", 0), ("two", 2)])
    found = [("one", "a b a x", ["x"]), ("two", "x b x y", ["x", "y"])]
    assert list(unknown_items(SOURCE, questions)) == found
    assert list(unknown_items(SOURCE, questions, PROTOCOLS["glove"])) == [*found, ("two", "a b b <unk>", ["<unk>"])]
    assert len(list(unknown_items(SOURCE, questions, PLAIN._replace(limit=1)))) == 3


def test_categories_and_texts():
    assert list(unknown_items(SOURCE, Categories("c", ["a", "x"], ["1", "2"]))) == [(None, "x", ["x"])]
    assert list(unknown_items(SOURCE, Texts("t", ["1", "2"], ["a x", "x y"]))) == [(None, "x y", ["x", "y"])]
