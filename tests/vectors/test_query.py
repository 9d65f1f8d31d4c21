import math
import unicodedata

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors import query
from embedkit.vectors.query import Unanswerable, analogy, combine, find, nearest, parse_query, pool, similarity, tokens
from embedkit.vectors.vectors import METRICS, Vectors


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


# --- words and expressions ---


def test_a_word_is_found_as_written_before_its_normal_form(toy):
    toy.vocab = Vocab.from_words(["King", "king", *list(toy.vocab)[2:]])
    assert [find(toy, word) for word in ("King", "king", "KING", "kings")] == [0, 1, 1, None]


def test_words_take_the_form_the_corpus_had(toy):
    decomposed = unicodedata.normalize("NFD", "한국어")
    assert find(toy, "PEAR") == 5
    assert find(toy, decomposed) == 8
    toy.metadata["config"]["text"] = {"normalize": False, "lowercase": False}
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
    sums = np.stack([combine(source, *query, unit=metric == "cosine") for query in queries])
    for (ids, scores), (own, _), row in zip(nearest(source, queries, k, metric), queries, source.scores(sums, metric)):
        expected = [id for id in sorted(range(300), key=lambda id: (-row[id], id)) if id not in own][:k]
        assert ids.tolist() == expected
        assert scores.tolist() == row[expected].tolist()


@pytest.mark.parametrize("block", [1, 700, 2048])
def test_blocks_change_nothing(monkeypatch, block):
    source = rng_source()
    queries = [parse_query(source, f"w{i} - w{i + 1}") for i in range(20)]
    triples = np.arange(60).reshape(20, 3)
    whole = [*nearest(source, queries), *analogy(source, triples), *analogy(source, triples, "mul")]
    monkeypatch.setattr(query, "BLOCK", block)
    parts = [*nearest(source, queries), *analogy(source, triples), *analogy(source, triples, "mul")]
    assert len(whole) == len(parts) == 60
    for (ids, scores), (other, others) in zip(whole, parts):
        assert ids.tolist() == other.tolist()
        np.testing.assert_allclose(scores, others, rtol=1e-5, atol=1e-6)


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
    import json

    from embedkit.vectors import formats

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
    assert tokens(toy, "Don't  stop,\tnow") == ["Don't", "stop,", "now"]
    toy.metadata["config"]["text"]["tokenizer"] = "words"
    assert tokens(toy, "Don't stop, now") == ["do", "n't", "stop", ",", "now"]
    toy.metadata["config"]["text"]["tokenizer"] = "chars"
    assert tokens(toy, "Ab c") == ["a", "b", "▁", "c"]
    toy.metadata["config"]["text"]["tokenizer"] = "of another tool"
    assert tokens(toy, "Ab c") == ["Ab", "c"]
