"""Answers against a loop over questions and candidates."""

from __future__ import annotations

import numpy as np
import pytest
from _csr import csr_of

from embedkit.errors import EmbedkitError
from embedkit.eval.analogy import Questions, Section, best_answers, evaluate_questions
from embedkit.eval.protocols import Protocol
from embedkit.text.vocab import Vocab
from embedkit.vectors import ranking, top
from embedkit.vectors.sparse import SparseVectors
from embedkit.vectors.vectors import Vectors


def best_of(source, triples, method="add", limit=0):
    """The answers by one method."""
    (top,) = best_answers(source, triples, Protocol(methods=(method,), limit=limit or 0))
    return top.ids[:, 0]


def evaluated(source, questions, **options):
    """The result of one method, 3CosAdd."""
    return evaluate_questions(source, questions, Protocol(**options))[0]


def naive_answer(matrix, triple, method, shifted, limit=None):
    """The best candidate, one after another, in double precision."""
    unit = [row / (np.linalg.norm(row) or 1) for row in matrix.astype(float)]
    best, answer = -np.inf, -1
    for id in range(limit or len(matrix)):
        a, b, c = (float(unit[word] @ unit[id]) for word in triple)
        if method == "add":
            score = b - a + c
        else:
            a, b, c = ((1 + s) / 2 if shifted else s for s in (a, b, c))
            score = b * c / (a + 0.001)
        if id not in triple and score > best:
            best, answer = score, id
    return answer


def words(n):
    return Vocab.from_words([f"w{i}" for i in range(n)])


def sparse_of(matrix):
    return SparseVectors(words(len(matrix)), csr_of(matrix), words(matrix.shape[1]))


@pytest.fixture(params=["whole", "tiles"])
def _tiles(request, monkeypatch):
    if request.param == "tiles":
        for module, name, value in ((ranking, "TILE", 7), (top, "SCORES", 20), (ranking, "TOGETHER", 18)):
            monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("_tiles")
@pytest.mark.parametrize("method", ["add", "mul"])
@pytest.mark.parametrize("limit", [None, 40, 500])
def test_dense_like_the_loop(method, limit):
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(60, 5)).astype(np.float32)
    triples = rng.integers(0, 40, (50, 3))
    answers = best_of(Vectors(words(60), matrix), triples, method, limit)
    wanted = [naive_answer(matrix, triple, method, True, limit and min(limit, 60)) for triple in triples.tolist()]
    assert answers.tolist() == wanted


@pytest.mark.usefixtures("_tiles")
@pytest.mark.parametrize("method", ["add", "mul"])
def test_sparse_like_the_loop(method):
    rng = np.random.default_rng(4)
    matrix = np.where(rng.random((60, 30)) < 0.6, rng.random((60, 30)), 0).astype(np.float32)
    triples = rng.integers(0, 60, (50, 3))
    wanted = [naive_answer(matrix, triple, method, False) for triple in triples.tolist()]
    assert best_of(sparse_of(matrix), triples, method).tolist() == wanted


def test_the_shift_of_mul_is_for_dense_vectors_only():
    rng = np.random.default_rng(5)
    matrix = np.where(rng.random((80, 12)) < 0.7, rng.random((80, 12)), 0).astype(np.float32)
    triples = rng.integers(0, 80, (60, 3))
    shifted = best_of(Vectors(words(80), matrix), triples, "mul")
    assert (shifted != best_of(sparse_of(matrix), triples, "mul")).any()


@pytest.mark.usefixtures("_tiles")
def test_of_equals_the_lowest_id_wins():
    # Rows 3, 9 and 17 are the same axis; the others point elsewhere. Axes make every score exact.
    matrix = np.zeros((20, 8), np.float32)
    matrix[:, 7] = -1
    matrix[[0, 1, 2]] = np.eye(8, dtype=np.float32)[:3]
    matrix[[3, 9, 17]] = [0, 2, 0, 0, 0, 0, 0, 0]
    source = Vectors(words(20), matrix)
    assert best_of(source, np.array([[0, 1, 2]])).tolist() == [3]
    assert best_of(source, np.array([[0, 3, 2]])).tolist() == [1]
    assert best_of(source, np.array([[0, 1, 3], [9, 1, 3]])).tolist() == [9, 17]
    # Nothing is near here: the best that is left is 0, and the first word with it is the answer.
    assert best_of(source, np.array([[0, 2, 0]]), limit=4).tolist() == [1]
    assert best_of(source, np.array([[1, 2, 1], [1, 2, 3]])).tolist() == [0, 0]


def test_question_words_are_never_the_answer():
    matrix = np.array([[1, 0], [0, 1], [0.1, 1], [-1, -1]], np.float32)
    source = Vectors(words(4), matrix)
    for method in ("add", "mul"):
        assert best_of(source, np.array([[0, 1, 2], [1, 1, 1]]), method).tolist() == [3, 2]
        assert best_of(source, np.array([[0, 1, 2]]), method, limit=3).tolist() == [-1]
    assert best_of(source, np.empty((0, 3), np.int64)).tolist() == []


def test_zero_rows_do_no_harm():
    matrix = np.array([[0, 0], [0, 1], [1, 1], [0, 0], [1, 0]], np.float32)
    assert best_of(Vectors(words(5), matrix), np.array([[0, 1, 4]])).tolist() == [2]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_broken_vectors_are_named(value):
    matrix = np.eye(6, dtype=np.float32) + 1
    matrix[4, 0] = value
    source = Vectors(words(6), matrix)
    for triple in ([0, 1, 2], [0, 4, 2]):
        with pytest.raises(EmbedkitError, match="'w4' holds a NaN or an infinite number"):
            best_of(source, np.array([triple]))
    assert best_of(source, np.array([[0, 1, 2]]), limit=4).tolist() == [3]


# king - man + woman is queen: axes are (royal, female, young).
VOCAB = Vocab.from_words(["man", "woman", "king", "queen", "boy", "girl", "Paris"])
MATRIX = np.array(
    [[0, 0, 0, 1], [0, 1, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1], [-1, 0, 0, 0]], np.float32
)
QUESTIONS = Questions(
    "q",
    (
        "man king woman queen  man woman boy girl  man king woman boy  man king woman nobody  MAN king woman queen  "
        "man king Woman queen"
    )
    .replace("  ", " ")
    .split(" "),
    [("family", 2), ("empty", 0), ("gram1-x", 4)],
)


def test_sections_and_coverage():
    result = evaluated(Vectors(VOCAB, MATRIX), QUESTIONS)
    assert result.sections == [Section("family", 2, 2, 2), Section("empty", 0, 0, 0), Section("gram1-x", 0, 1, 4)]
    assert [section.is_syntactic for section in result.sections] == [False, False, True]
    assert (result.distinct, result.lowercase_only) == (9, 2)
    assert result.right.tolist() == [True, True, False, False, False, False]
    assert result.max_rank.tolist() == [3, 5, 4, -1, -1, -1]


def test_lowercase_changes_the_questions_and_keeps_what_becomes_equal():
    result = evaluated(Vectors(VOCAB, MATRIX), QUESTIONS, case="lower")
    assert result.sections[2] == Section("gram1-x", 2, 3, 4)
    assert result.lowercase_only == 0


def test_words_beyond_the_limit_are_unknown():
    result = evaluated(Vectors(VOCAB, MATRIX), QUESTIONS, limit=4)
    assert result.sections[0] == Section("family", 1, 1, 2)


def test_nothing_in_vocabulary():
    result = evaluated(Vectors(VOCAB, MATRIX), Questions("q", ["a", "b", "c", "d"], [("x", 1)]))
    assert result.sections == [Section("x", 0, 0, 1)]


def test_both_methods_in_one_pass():
    rng = np.random.default_rng(11)
    matrix = rng.standard_normal((80, 6)).astype(np.float32)
    triples = np.array([rng.choice(80, 3, replace=False) for _ in range(50)])
    for source in (Vectors(words(80), matrix), sparse_of(np.maximum(matrix, 0))):
        both = [top.ids[:, 0].tolist() for top in best_answers(source, triples, Protocol(methods=("add", "mul")))]
        assert both == [best_of(source, triples, method).tolist() for method in ("add", "mul")]
        assert both[0] != both[1]
