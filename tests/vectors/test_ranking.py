"""Nearest words and analogies, against full sorts and other tools."""

import json
import math

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import formats, ranking, top
from embedkit.vectors.query import combine_all, find, parse_query
from embedkit.vectors.ranking import analogy, nearest
from embedkit.vectors.vectors import METRICS, Vectors, unit_rows


def ask(source, *texts, **options):
    """[(word, score), ...] for each text."""
    rankings = nearest(source, [parse_query(source, text) for text in texts], **options)
    return [named(source, ranking) for ranking in rankings]


def named(source, ranking):
    ids, scores = ranking
    assert scores.dtype == np.float32
    return [(source.vocab[id], float(score)) for id, score in zip(ids, scores)]


def words(ranking):
    return [word for word, _ in ranking]


def rng_source(V=300, D=7, seed=5):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((V, D)).astype(np.float32)
    matrix[V // 2 :] = matrix[: V - V // 2]  # every score comes twice
    return Vectors(Vocab.from_words([f"w{i}" for i in range(V)]), matrix)


# --- nearest ---


def test_nearest_by_cosine_with_ties_in_id_order(toy):
    (got,) = ask(toy, "apple", k=4)
    assert got == [("pear", 1.0), ("plum", 1.0), ("한국어", np.float32(math.sqrt(0.5))), ("king", 0.0)]


def test_an_expression_adds_unit_rows(toy):
    (got,) = ask(toy, "king - man + woman", k=1)
    assert got[0][0] == "queen"
    assert got[0][1] == pytest.approx(1.16 / math.sqrt(1.4), abs=1e-6)


def test_other_metrics_add_rows_as_they_are(toy):
    (got,) = ask(toy, "king - man + woman", k=2, metric="dot")  # (3, 2, 1, 0)
    assert got == [("queen", 26.0), ("한국어", 1.0)]
    (got,) = ask(toy, "king - man + woman", k=1, metric="euclidean")  # nil is at (0, 0, 0, 0)
    assert got == [("한국어", -np.float32(math.sqrt(9 + 4 + 1)))]
    (got,) = ask(toy, "apple", k=2, metric="manhattan")
    assert got == [("pear", -4.0), ("plum", -4.0)]


def test_own_words_are_answers_only_when_asked_for(toy):
    (got,) = ask(toy, "pear + plum", k=2, exclude=False)
    assert words(got) == ["apple", "pear"]
    (got,) = ask(toy, "pear + plum", k=2)
    assert words(got) == ["apple", "한국어"]


def test_limit_restricts_the_answers_not_the_query(toy):
    (got,) = ask(toy, "plum", k=10, limit=3)
    assert words(got) == ["king", "queen", "man"]
    (got,) = ask(toy, "queen", k=10, limit=2)
    assert words(got) == ["king"]


def test_more_than_there_is(toy):
    (got,) = ask(toy, "king", k=1000, limit=1000)
    assert len(got) == 9


def test_no_direction_no_answer(toy):
    assert ask(toy, "king - king", "nil", "pear", k=1) == [[], [], [("apple", 1.0)]]
    assert len(ask(toy, "king - king", k=1, metric="euclidean")[0]) == 1


def test_nothing_left_to_answer(toy):
    assert ask(toy, "king", limit=1, k=1) == [[]]
    assert ask(toy, "king", limit=1, k=5) == [[]]


@pytest.mark.parametrize("k", [1, 5])
def test_a_broken_row_is_never_an_answer(toy, k):
    toy.matrix[9] = np.nan
    assert words(ask(toy, "apple", k=k)[0])[:1] == ["pear"]
    assert ask(toy, "nil", k=k) == [[]]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 3, 299, 300])
def test_nearest_against_a_full_sort(metric, k):
    source = rng_source()
    queries = [parse_query(source, text) for text in ("w3", "w200 - w7", "w150 w150 w1")]
    sums = combine_all(source, queries, metric == "cosine")
    for (ids, scores), (own, _), row in zip(nearest(source, queries, k, metric), queries, source.scores(sums, metric)):
        expected = [id for id in sorted(range(300), key=lambda id: (-row[id], id)) if id not in own][:k]
        assert ids.tolist() == expected
        assert scores.tolist() == row[expected].tolist()


def close(rankings, others):
    """Whether the answers of `rng_source` are the same, and their scores but for rounding, which can put either of two
    equal rows first: BLAS may round the products of one row otherwise than those of another."""
    rankings, others = list(rankings), list(others)
    assert len(rankings) == len(others)
    for (ids, scores), (other, expected) in zip(rankings, others):
        assert (ids % 150).tolist() == (other % 150).tolist()
        np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


@pytest.fixture(params=["tiny blocks", "blocks and tiles", "threads"])
def _pieces(request, monkeypatch):
    if request.param == "tiny blocks":
        monkeypatch.setattr(ranking, "BLOCK", 64)
    else:
        for module, name, value in (
            (top, "TILE", 37), (ranking, "TILE", 37), (top, "SCORES", 300), (ranking, "TOGETHER", 7),
        ):  # fmt: skip
            monkeypatch.setattr(module, name, value)
    if request.param == "threads":
        monkeypatch.setattr(top, "LARGE", 0)
        monkeypatch.setattr(top, "thread_count", lambda threads: 3)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("k", [1, 3, 50])
@pytest.mark.parametrize("limit", [None, 130])
def test_pieces_and_threads_change_nothing(k, limit, monkeypatch):
    source = rng_source()
    queries = [parse_query(source, f"w{i} - w{i + 1}") for i in range(40)]
    few, many = np.arange(60).reshape(20, 3), np.random.default_rng(2).integers(0, 30, (90, 3))
    parts = [*nearest(source, queries, k, "cosine", limit), *nearest(source, queries, k, "euclidean", limit)]
    parts += [x for triples in (few, many) for m in ("add", "mul") for x in analogy(source, triples, m, k, limit)]
    monkeypatch.undo()
    whole = [*nearest(source, queries, k, "cosine", limit), *nearest(source, queries, k, "euclidean", limit)]
    whole += [x for triples in (few, many) for m in ("add", "mul") for x in analogy(source, triples, m, k, limit)]
    close(parts, whole)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("method", ["add", "mul"])
def test_many_analogies_against_the_definition(method):
    source = rng_source()
    triples = np.random.default_rng(4).integers(0, 40, (200, 3))
    unit = unit_rows(source.matrix.astype(float))
    for (a, b, c), (ids, scores) in zip(triples.tolist(), analogy(source, triples, method, 6)):
        if method == "add":
            sum = unit[b] - unit[a] + unit[c]
            expected = unit @ sum / np.linalg.norm(sum)
        else:
            cosines = (1 + unit @ unit[[a, b, c]].T) / 2
            expected = cosines[:, 1] * cosines[:, 2] / (cosines[:, 0] + 0.001)
        expected[[a, b, c]] = -np.inf
        np.testing.assert_allclose(scores, -np.sort(-expected)[:6], rtol=1e-5)
        # Rows come twice, so equal scores in pairs: the lower id first.
        np.testing.assert_allclose(expected[ids], scores, rtol=1e-5)
        assert all(i < j for (i, j), same in zip(zip(ids, ids[1:]), scores[:-1] == scores[1:]) if same)


def test_one_analogy_or_many_say_the_same():
    source = rng_source()
    triples = np.random.default_rng(6).integers(0, 25, (120, 3))
    for method in ("add", "mul"):
        alone = [ranking for triple in triples for ranking in analogy(source, triple[None], method)]
        close(analogy(source, triples, method), alone)


def test_many_analogies_without_direction_have_no_answer(toy):
    triples = np.array([[9, 9, 9], [2, 0, 3], [0, 0, 9], [0, 9, 0]] * 10)
    rankings = list(analogy(toy, triples))
    assert [len(ids) for ids, _ in rankings] == [0, 7, 0, 0] * 10
    assert named(toy, rankings[1])[0] == ("queen", pytest.approx(1.16 / math.sqrt(1.4), abs=1e-6))


def test_nothing_to_ask(toy):
    assert list(nearest(toy, [])) == []
    assert list(analogy(toy, np.empty((0, 3), int))) == list(analogy(toy, np.empty((0, 3), int), "mul")) == []


def test_many_sparse_questions_need_numpy_alone(sparse, monkeypatch):
    monkeypatch.setattr(type(sparse), "_products", None)
    queries = [parse_query(sparse, text) for text in ("tea", "coffee - tea", "rare")] * 20
    triples = np.array([[0, 1, 2], [2, 0, 3], [1, 1, 0]] * 20)
    for answers in (nearest(sparse, queries, 2), analogy(sparse, triples), analogy(sparse, triples, "mul")):
        answers = list(answers)
        close(answers, answers[:3] * 20)


def test_sparse_rows_answer_too(sparse):
    (got,) = ask(sparse, "tea", k=9)
    assert [(word, pytest.approx(score, abs=1e-6)) for word, score in got] == [
        ("coffee", 31 / 5 / math.sqrt(50)),
        ("milk", 0),
        ("rare", 0),
    ]
    assert ask(sparse, "rare") == [[]]


# --- analogies ---


def test_3cosadd(toy):
    ((best, *_),) = [named(toy, ranking) for ranking in analogy(toy, [[2, 0, 3]])]
    assert best == ("queen", pytest.approx(1.16 / math.sqrt(1.4), abs=1e-6))


def test_3cosmul_shifts_dense_cosines(toy):
    ((best, *_),) = [named(toy, ranking) for ranking in analogy(toy, [[2, 0, 3]], "mul")]
    expected = (1.36 / 2) * (1.8 / 2) / (1 / 2 + 0.001)  # queen: cosines .36 with king, .8 with woman, 0 with man
    assert best == ("queen", pytest.approx(expected, abs=1e-6))


def test_3cosmul_leaves_sparse_cosines(sparse):
    ((best, *_),) = [named(sparse, ranking) for ranking in analogy(sparse, [[2, 0, 3]], "mul")]
    assert best == ("coffee", 0.0)
    ((best,),) = [named(sparse, ranking) for ranking in analogy(sparse, [[2, 0, 0]], "mul", k=1)]
    assert best == ("coffee", pytest.approx((31 / 5) ** 2 / 50 / 0.001, rel=1e-5))


@pytest.mark.parametrize("method", ["add", "mul"])
@pytest.mark.parametrize("k", [1, 4])
def test_question_words_are_no_answers_and_limit_holds(method, k):
    source = rng_source()
    for triple, (ids, _) in zip(
        triples := [[1, 2, 3], [9, 151, 1], [200, 201, 202]], analogy(source, np.array(triples), method, k, limit=20)
    ):
        assert len(ids) == k
        assert not {*ids.tolist()} & {*triple}
        assert max(ids) < 20


def test_analogies_as_gensim_answers_them(golden):
    expected = json.loads((golden / "expected-gensim.json").read_text())
    source = formats.load(golden / "word2vec_c.bin")
    (got,) = ask(source, "fox", k=5)
    assert_same(got, expected["similar fox in word2vec_c.bin"])
    triple = [[find(source, word) for word in ("fox", "서울", "owl")]]
    (got,) = [named(source, ranking) for ranking in analogy(source, triple, k=3)]
    assert_same(got, expected["3cosadd fox:서울::owl in word2vec_c.bin"])
    (got,) = [named(source, ranking) for ranking in analogy(source, triple, "mul", k=3, epsilon=1e-6)]
    assert_same(got, expected["3cosmul"])


def assert_same(got, expected):
    assert words(got) == words(expected)
    assert [score for _, score in got] == pytest.approx([score for _, score in expected], abs=1e-5)
