"""Every convention of every protocol changes an answer somewhere; the page says what the records say."""

from __future__ import annotations

import re

import numpy as np
import pytest
from _csr import csr_of
from _docs import ROOT

from embedkit.commands.evaluate import command
from embedkit.eval.analogy import Questions, evaluate_questions, first_word
from embedkit.eval.protocols import PLAIN, PROTOCOLS, Protocol
from embedkit.eval.similarity import Pairs, evaluate_pairs
from embedkit.eval.source import Lookup
from embedkit.text.vocab import Vocab
from embedkit.vectors.sparse import SparseVectors
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
    answers = evaluate_questions(SOURCE, Questions("q", words, [("s", len(questions))]), protocol)[0]
    return answers.right.tolist(), answers.sections[0].used


def test_gensim_passes_over_other_spellings_and_word2vec_does_not():
    assert right(PROTOCOLS["gensim"], "man king woman queen") == ([True], 1)
    assert right(PROTOCOLS["word2vec"], "man king woman queen") == ([False], 1)
    assert right(PROTOCOLS["word2vec"], "man king woman king") == ([True], 1)
    assert right(PROTOCOLS["gensim"], "man king woman king") == ([False], 1)


def test_which_letters_are_the_same():
    for name, used in (("word2vec", 1), ("gensim", 2), ("glove", 0), ("fasttext", 2), ("levy2015", 1)):
        assert right(PROTOCOLS[name], "MAN WOMAN KING QUEEN", "MAN WOMAN QUEEN ÊTRE")[1] == used, name


def test_of_words_that_become_the_same_the_first_answers():
    assert Lookup(SOURCE, "upper").find(["KING", "Élan", "élan"]).ids.tolist() == [2, 5, 5]
    assert Lookup(SOURCE, "upper-ascii").find(["KING", "Élan", "élan"]).ids.tolist() == [2, 5, 6]
    assert Lookup(SOURCE, "exact").find(["KING", "King"]).ids.tolist() == [4, -1]
    assert Lookup(SOURCE, "lower").find(["KING", "ÊTRE"]).ids.tolist() == [2, 7]
    assert Lookup(SOURCE, "lower-ascii").find(["KING", "ÊTRE", "êTRE"]).ids.tolist() == [2, -1, 7]
    assert Lookup(SOURCE, "upper").firsts(np.array([[4, -1], [6, 3]])).tolist() == [[2, -1], [5, 3]]
    assert Lookup(SOURCE, "upper", 4).find(["KING", "élan"]).ids.tolist() == [2, -1]


def test_what_the_corpus_was_given_is_no_exact_spelling():
    source = Vectors(SOURCE.vocab, MATRIX, metadata={"config": {"text": {"lowercase": True}}})
    assert Lookup(source, "corpus").find(["Man"]).ids.tolist() == [0]
    assert Lookup(source, "exact").find(["Man"]).ids.tolist() == [-1]


def test_word2vec_answers_with_a_score_above_zero_alone():
    source = Vectors(Vocab.from_words(["a", "b", "c", "d"]), np.array([[1, 0], [0, 1], [0, 1], [1, -1]], np.float32))
    questions = Questions("q", ["a", "b", "c", "d"], [("s", 1)])
    assert not evaluate_questions(source, questions, PROTOCOLS["word2vec"])[0].right.any()
    assert evaluate_questions(source, questions, PROTOCOLS["glove"])[0].right.all()


def test_hyperwords_keeps_pairs_that_are_unknown():
    words, written = ["man", "king", "man", "nobody", "man", "woman"], ["3", "9", "2"]
    pairs = Pairs("p", words, np.array([3.0, 9, 2]), written=written)
    skipped, kept = (
        evaluate_pairs(SOURCE, pairs, PROTOCOLS["levy2015"]),
        evaluate_pairs(SOURCE, pairs, PROTOCOLS["hyperwords"]),
    )
    assert np.isnan(skipped.cosines).tolist() == [False, True, False]
    assert kept.cosines[1] == 0
    assert (skipped.used, kept.used) == (2, 2)
    assert kept.pearson == pytest.approx(np.corrcoef([0.5**0.5, 0, 0.5**0.5], [3, 9, 2])[0, 1], abs=1e-6)


def test_hyperwords_ranks_scores_by_their_bytes():
    # Cosines 0.71, 0.5 and 0; by bytes 10.0 < 2.5 < 9.0.
    words, written = ["man", "king", "woman", "king", "man", "queen"], ["10.0", "2.5", "9.0"]
    pairs = Pairs("p", words, np.array([10.0, 2.5, 9.0]), written=written)
    text, numbers = (evaluate_pairs(SOURCE, pairs, PROTOCOLS[name]) for name in ("hyperwords", "levy2015"))
    assert (text.spearman, numbers.spearman) == (pytest.approx(-1), pytest.approx(0.5))
    assert text.pearson == numbers.pearson
    assert text.order.tolist() == [1, 2, 3]
    assert text.gold.tolist() == [10, 2.5, 9]


# By bytes aa is the first word. Of b - aa + c: d 1, aa 0.414, the -0.414; (1 + cos) / 2 multiplied: the 2.14, d 1.10.
# Of aa - b + c: aa 1, d 0, the -1; multiplied aa 0.99, d 0.49, the 0.
STANDING = Vectors(
    Vocab.from_words(["the", "b", "c", "d", "aa"]),
    np.array([[0, 0, -1], [0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 1]], np.float32),
)


@pytest.mark.parametrize(
    ("question", "add", "mul"),
    [
        ("nobody b c d", True, False),  # with another word for nobody, say the, aa would be the answer
        ("nobody b c the", False, True),
        ("b nobody c aa", True, True),  # what stands in may be an answer
        ("b nobody c d", False, False),
        ("b aa c nobody", False, False),
        ("aa b c d", True, False),
    ],
)
def test_hyperwords_has_the_first_word_in_the_place_of_the_unknown(question, add, mul):
    found = evaluate_questions(STANDING, Questions("q", question.split(" "), [("s", 1)]), PROTOCOLS["hyperwords"])
    assert [answers.right.tolist() for answers in found] == [[add], [mul]]
    assert [answers.sections[0] for answers in found] == [
        ("s", int(right), int("nobody" not in question), 1) for right in (add, mul)
    ]


def test_the_first_word_is_that_of_text2numpy_or_of_the_counts():
    assert first_word(STANDING, 5) == 4
    assert first_word(STANDING, 4) == 1
    assert first_word(SOURCE, 8) == 4  # KING: capitals come first, what is not ASCII last
    assert first_word(SparseVectors(Vocab.from_words(["b", "a"]), csr_of(np.eye(2))), 2) == 0


def test_glove_does_not_know_unk():
    # <unk> is what man is to king, before queen.
    words = ["man", "woman", "king", "<unk>", "queen"]
    source = Vectors(Vocab.from_words(words), MATRIX[[0, 1, 2, 4, 3]])
    questions = Questions("q", ["man", "king", "woman", "queen", "man", "king", "woman", "<unk>"], [("s", 2)])
    glove, fasttext = (evaluate_questions(source, questions, PROTOCOLS[name])[0] for name in ("glove", "fasttext"))
    assert (glove.right.tolist(), glove.sections[0].used) == ([True, False], 1)
    assert (fasttext.right.tolist(), fasttext.sections[0].used) == ([False, True], 2)


def test_fasttext_leaves_out_pairs_with_a_vector_of_length_0():
    source = Vectors(Vocab.from_words(["a", "b", "zero"]), np.array([[1, 0], [1, 1], [0, 0]], np.float32))
    pairs = Pairs("p", ["a", "b", "a", "zero", "zero", "nobody"], np.array([1.0, 2, 3]))
    fasttext, glove = (evaluate_pairs(source, pairs, PROTOCOLS[name]) for name in ("fasttext", "glove"))
    assert (fasttext.used, fasttext.max_rank.tolist()) == (1, [1, -1, -1])
    assert np.isnan(fasttext.cosines).tolist() == [False, True, True]
    assert (glove.used, glove.cosines[1]) == (2, 0)


def test_the_limit_holds_for_pairs_with_gensim_alone():
    pairs = Pairs("p", ["man", "king", "man", "queen"], np.array([1.0, 2]))
    assert evaluate_pairs(SOURCE, pairs, PROTOCOLS["gensim"]._replace(limit=3)).used == 1
    assert evaluate_pairs(SOURCE, pairs, PLAIN._replace(limit=3)).used == 2


def test_both_methods_with_their_own_epsilon():
    assert [PROTOCOLS[name].epsilon for name in ("hyperwords", "levy2015")] == [0.01, 0.001]
    # (1 + cos(a)) / 2 is 0 with x and 0.01 with y: 0.05 / (0 + epsilon) against 0.097 / (0.01 + epsilon).
    rows = np.array([[1, 0], [0.6, 0.8], [0.5, 0.866], [-1, 0], [-0.98, 0.199]], np.float32)
    source = Vectors(Vocab.from_words(["a", "b", "c", "x", "y"]), rows)
    questions = Questions("q", ["a", "b", "c", "x"], [("s", 1)])
    small, large = (
        evaluate_questions(source, questions, Protocol(methods=("mul",), epsilon=epsilon))[0].right.tolist()
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
        protocol, (case, limit, unknown, never, methods, besides) = PROTOCOLS[name], cells.split(" | ")
        assert case == protocol.case
        assert int(limit.replace(",", "").replace("all", "0")) == protocol.limit
        assert unknown.startswith("the first word" if protocol.unknown == "first" else "left out")
        assert ("cosine 0" in unknown) == (protocol.unknown_pairs == "zero")
        assert methods == ", ".join(protocol.methods)
        assert all(f"`{word}`" in never for word in protocol.aside)
        assert ("ranked as text" in besides) == (protocol.gold == "text")
        assert ("vector is 0" in besides) == protocol.zero_is_unknown
        assert ("a score above 0" in besides) == protocol.positive
        assert ("within the best five" in never) == (protocol.depth == 5)
        assert (f"ε of 3CosMul is {protocol.epsilon}" in besides) == ("mul" in protocol.methods)
