"""Words out of vocabulary in every task, composed of n-grams."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import Questions
from embedkit.eval.categories import Categories
from embedkit.eval.classify import Texts
from embedkit.eval.protocols import PLAIN, PROTOCOLS, protocol_of
from embedkit.eval.report import Loaded, Report
from embedkit.eval.similarity import Pairs
from embedkit.eval.source import Lookup
from embedkit.eval.tasks import TASKS
from embedkit.text.vocab import Vocab
from embedkit.vectors import formats
from embedkit.vectors.ngrams import Ngrams
from embedkit.vectors.subwords import SubwordVectors, pooled
from embedkit.vectors.vectors import Vectors, unit_rows

WORDS = ["one", "two", "three", "four", "five", "six"]
OTHERS = ["uno", "due", "tre"]


def source(metadata=None, seed: int = 1) -> SubwordVectors:
    rows = np.random.default_rng(seed).normal(size=(6 + 50, 4)).astype(np.float32)
    own, buckets, ngrams = rows[:6], rows[6:], Ngrams(3, 4)
    matrix = pooled([word.encode() for word in WORDS], buckets, ngrams, own)
    return SubwordVectors(Vocab.from_words(WORDS), matrix, buckets, ngrams, metadata=metadata)


def everything(vectors: SubwordVectors) -> Vectors:
    """The same words, and the others as words of the vocabulary."""
    ids = [vectors.compose(word) for word in OTHERS]
    return Vectors(Vocab.from_words(WORDS + OTHERS), vectors.rows([*range(6), *ids]))


PAIRS = Pairs("p", ["one", "uno", "two", "due", "three", "six", "four", "", "one", "two"], np.arange(5.0))
QUESTIONS = Questions(
    "q", ["one", "uno", "two", "due", "one", "two", "three", "tre", "one", "two", "four", ""], [("s", 3)]
)
CATEGORIES = Categories("c", [*WORDS, *OTHERS, ""], list("aabbccabc") + ["a"])
TEXTS = Texts("t", ["x", "y"] * 12, [f"{a} {b}" for a in WORDS[:4] for b in [*WORDS[:3], *OTHERS]])
DATASETS = {"pairs": PAIRS, "questions": QUESTIONS, "categories": CATEGORIES, "classify": TEXTS}


@pytest.mark.parametrize("key", DATASETS)
def test_composed_words_count_as_if_they_were_known(key):
    vectors, task = source(), TASKS[key].load()
    (composed,) = task.evaluate(vectors, DATASETS[key], PLAIN)
    (expected,) = task.evaluate(everything(vectors), DATASETS[key], protocol_of(oov="skip"))
    assert (composed.used, composed.total, composed.max_rank.tolist()) == (
        expected.used, expected.total, expected.max_rank.tolist(),
    )  # fmt: skip
    assert composed.value == pytest.approx(expected.value, abs=1e-6)
    (without,) = task.evaluate(vectors, DATASETS[key], protocol_of(oov="skip"))
    assert without.used <= composed.used
    assert (without.used < composed.used) == (key != "classify")  # every text has a word that is known


def test_analogies_that_only_a_composed_word_answers():
    """Not even a word of the vocabulary, beyond the limit, is composed: it has its own vector."""
    vectors, task = source(seed=18), TASKS["questions"].load()
    limited = PLAIN._replace(limit=2)
    (found,) = task.evaluate(vectors, QUESTIONS, limited)
    ids = np.array([0, 1, 2, *(vectors.compose(word) for word in ("uno", "due", "tre"))])
    units = unit_rows(vectors.rows(ids).astype(np.float64))
    names = ["one", "two", "three", "uno", "due", "tre"]
    best = []
    for a, b, c in (("one", "uno", "two"), ("one", "two", "three")):
        at = [names.index(word) for word in (a, b, c)]
        scores = units @ (units[at[1]] - units[at[0]] + units[at[2]])
        scores[at] = -np.inf
        best.append(names[int(scores.argmax())])
    assert found.right.tolist() == [best[0] == "due", best[1] == "tre", False]
    assert (found.used, found.right.tolist()) == (2, [True, True, False])


def test_both_coverages_are_in_the_report():
    loaded = Loaded(TASKS["pairs"].load(), "p", PAIRS)
    rows = list(Report([loaded]).rows([("m", source)]))
    assert [(row["metric"], row["used"], row["coverage"]) for row in rows] == [
        ("spearman", 4, 0.8), ("pearson", 4, 0.8), ("spearman-known", 2, 0.4), ("pearson-known", 2, 0.4),
    ]  # fmt: skip
    (plain,) = loaded.task.evaluate(source(), PAIRS, protocol_of(oov="skip"))
    assert rows[3]["value"] == pytest.approx(plain.pearson, abs=1e-6)
    for protocol in (protocol_of(oov="skip"), protocol_of(oov_pairs="zero"), PROTOCOLS["gensim"]):
        assert len(list(Report([loaded], protocol).rows([("m", source)]))) == 2
    known = Pairs("k", PAIRS.words[4:6] + PAIRS.words[8:], PAIRS.gold[:2])
    assert len(list(Report([Loaded(loaded.task, "k", known)]).rows([("m", source)]))) == 2


def test_one_option_tells_all_tasks():
    assert protocol_of(oov="skip").unknown_pairs == protocol_of(oov="wrong").unknown_pairs == "skip"
    assert protocol_of("gensim", oov="compose").unknown_pairs == "compose"
    assert protocol_of("hyperwords", oov="skip").unknown_pairs == "zero"
    assert protocol_of(oov="skip", oov_pairs="compose") == PLAIN._replace(unknown="skip")
    assert protocol_of("fasttext").unknown_pairs == "compose"


def test_words_are_composed_in_the_form_of_the_corpus():
    vectors = source({"config": {"text": {"lowercase": True}}})
    extended, ids = Lookup(vectors).compose(["UNO", "uno"], np.array([-1, -1]))
    assert ids.tolist() == [6, 7]
    rows = extended.rows(ids)
    assert (rows[0] == rows[1]).all()
    np.testing.assert_array_equal(rows[0], vectors.rows([vectors.compose("uno")])[0])
    extended, ids = Lookup(source(), "lower").compose(["UNO", "uno"], np.array([-1, -1]))
    assert ids.tolist() == [6, 6]


def test_the_command(run, tmp_path):
    formats.save(tmp_path / "m", source())
    (tmp_path / "p.tsv").write_text("one\tuno\t9\ntwo\tdue\t5\nthree\tsix\t3\none\ttwo\t1\n")
    rows = run("evaluate", tmp_path / "m", "--pairs", tmp_path / "p.tsv").rows
    assert [row[4] for row in rows[1:]] == ["spearman", "pearson", "spearman-known", "pearson-known"]
    assert len(run("evaluate", tmp_path / "m", "--pairs", tmp_path / "p.tsv", "--oov", "skip").rows) == 3
