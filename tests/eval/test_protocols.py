"""Every convention of every protocol changes an answer somewhere; the page says what the records say."""

from __future__ import annotations

import re

import numpy as np
import pytest
from _docs import ROOT

from embedkit.commands.evaluate import command
from embedkit.eval.analogy import judge_questions
from embedkit.eval.protocols import PLAIN, PROTOCOLS, Protocol
from embedkit.eval.readers import Pairs, Questions
from embedkit.eval.similarity import judge_pairs
from embedkit.eval.source import Lookup
from embedkit.text.vocab import Vocab
from embedkit.vectors.vectors import Vectors

# queen = king - man + woman; KING is nearer to that than queen is.
WORDS = ["man", "woman", "king", "queen", "KING", "Élan", "élan", "être"]
MATRIX = np.array(
    [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1.2, 0], [1, 1, 1], [-1, 0, 0], [0, -1, 0], [0, -1, -1]], np.float32
)
SOURCE = Vectors(Vocab.from_words(WORDS), MATRIX)


def right(protocol: Protocol, *questions: str) -> tuple[list[bool], int]:
    """What is answered right, and how many questions are asked."""
    words = " ".join(questions).split(" ")
    answers = judge_questions(SOURCE, Questions("q", words, [("s", len(questions))]), protocol)[0]
    return answers.right.tolist(), answers.sections[0].used


def test_gensim_passes_over_other_spellings_and_word2vec_does_not():
    assert right(PROTOCOLS["gensim"], "man king woman queen") == ([True], 1)
    assert right(PROTOCOLS["word2vec"], "man king woman queen") == ([False], 1)
    assert right(PROTOCOLS["word2vec"], "man king woman king") == ([True], 1)
    assert right(PROTOCOLS["gensim"], "man king woman king") == ([False], 1)


def test_which_letters_are_the_same():
    for name, used in (("word2vec", 1), ("gensim", 2), ("glove", 0), ("fasttext", 2), ("levy2015", 2)):
        assert right(PROTOCOLS[name], "MAN WOMAN KING QUEEN", "MAN WOMAN QUEEN ÊTRE")[1] == used, name


def test_of_words_that_become_the_same_the_first_answers():
    assert Lookup(SOURCE, "upper").find(["KING", "Élan", "élan"]).ids.tolist() == [2, 5, 5]
    assert Lookup(SOURCE, "upper-ascii").find(["KING", "Élan", "élan"]).ids.tolist() == [2, 5, 6]
    assert Lookup(SOURCE, "exact").find(["KING", "King"]).ids.tolist() == [4, -1]
    assert Lookup(SOURCE, "upper").firsts(np.array([[4, -1], [6, 3]])).tolist() == [[2, -1], [5, 3]]
    assert Lookup(SOURCE, "upper", 4).find(["KING", "élan"]).ids.tolist() == [2, -1]


def test_what_the_corpus_was_given_is_no_exact_spelling():
    source = Vectors(SOURCE.vocab, MATRIX, metadata={"config": {"text": {"lowercase": True}}})
    assert Lookup(source, "corpus").find(["Man"]).ids.tolist() == [0]
    assert Lookup(source, "exact").find(["Man"]).ids.tolist() == [-1]


def test_word2vec_answers_with_a_score_above_zero_alone():
    source = Vectors(Vocab.from_words(["a", "b", "c", "d"]), np.array([[1, 0], [0, 1], [0, 1], [1, -1]], np.float32))
    questions = Questions("q", ["a", "b", "c", "d"], [("s", 1)])
    assert not judge_questions(source, questions, PROTOCOLS["word2vec"])[0].right.any()
    assert judge_questions(source, questions, PROTOCOLS["glove"])[0].right.all()


def test_hyperwords_keeps_what_is_unknown():
    pairs = Pairs("p", ["man", "king", "man", "nobody", "man", "woman"], np.array([3.0, 9, 2]))
    skipped, kept = (
        judge_pairs(SOURCE, pairs, PROTOCOLS["levy2015"]),
        judge_pairs(SOURCE, pairs, PROTOCOLS["hyperwords"]),
    )
    assert np.isnan(skipped.cosines).tolist() == [False, True, False]
    assert kept.cosines[1] == 0
    assert (skipped.used, kept.used) == (2, 2)
    assert kept.pearson == pytest.approx(np.corrcoef([0.5**0.5, 0, 0.5**0.5], [3, 9, 2])[0, 1], abs=1e-6)
    assert PROTOCOLS["hyperwords"].unknown == "wrong"


def test_the_limit_holds_for_pairs_with_gensim_alone():
    pairs = Pairs("p", ["man", "king", "man", "queen"], np.array([1.0, 2]))
    assert judge_pairs(SOURCE, pairs, PROTOCOLS["gensim"]._replace(limit=3)).used == 1
    assert judge_pairs(SOURCE, pairs, PLAIN._replace(limit=3)).used == 2


def test_both_methods_with_their_own_epsilon():
    assert [PROTOCOLS[name].epsilon for name in ("hyperwords", "levy2015")] == [0.01, 0.001]
    # (1 + cos(a)) / 2 is 0 with x and 0.01 with y: 0.05 / (0 + epsilon) against 0.097 / (0.01 + epsilon).
    rows = np.array([[1, 0], [0.6, 0.8], [0.5, 0.866], [-1, 0], [-0.98, 0.199]], np.float32)
    source = Vectors(Vocab.from_words(["a", "b", "c", "x", "y"]), rows)
    questions = Questions("q", ["a", "b", "c", "x"], [("s", 1)])
    small, large = (
        judge_questions(source, questions, Protocol(methods=("mul",), epsilon=epsilon))[0].right.tolist()
        for epsilon in (0.001, 10.0)
    )
    assert (small, large) == ([True], [False])


def test_the_command_offers_all_of_them():
    (option,) = [param for param in command.params if param.name == "protocol"]
    assert list(option.type.choices) == list(PROTOCOLS)


def test_the_page_has_the_table():
    page = (ROOT / "docs/evaluation.md").read_text("utf-8")
    found = re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)
    assert [name for name, _ in found] == list(PROTOCOLS)
    for name, cells in found:
        protocol, (case, limit, unknown, methods, _) = PROTOCOLS[name], cells.split(" | ")
        assert case == protocol.case
        assert int(limit.replace(",", "").replace("all", "0")) == protocol.limit
        assert unknown.startswith("wrong" if protocol.unknown == "wrong" else "left out")
        assert ("cosine 0" in unknown) == (protocol.unknown_pairs == "zero")
        assert methods == ", ".join(protocol.methods)
