"""Where gensim is installed: the same numbers under the same settings."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import best_answers, evaluate_questions, read_questions
from embedkit.eval.protocols import PROTOCOLS, Protocol
from embedkit.eval.similarity import evaluate_pairs, read_pairs
from embedkit.text.vocab import Vocab
from embedkit.vectors.vectors import Vectors

pytestmark = [pytest.mark.peer, pytest.mark.filterwarnings("ignore")]
V = 300


@pytest.fixture
def both():
    models = pytest.importorskip("gensim.models")
    words = [f"w{i}" for i in range(V)]
    # Rows in families, so that some analogies hold.
    rng = np.random.default_rng(7)
    matrix = (rng.normal(size=(V // 10, 12)).repeat(10, 0) + np.tile(rng.normal(size=(10, 12)), (V // 10, 1))) / 2
    matrix = (matrix + rng.normal(size=(V, 12)) * 0.3).astype(np.float32)
    keyed = models.KeyedVectors(12)
    keyed.add_vectors(words, matrix)
    return Vectors(Vocab.from_words(words), matrix), keyed


def test_pairs(both, tmp_path):
    ours, theirs = both
    rng = np.random.default_rng(8)
    path = tmp_path / "pairs.txt"
    path.write_text("".join(f"w{a}\tw{b}\t{(a + b) % 11}\n" for a, b in rng.integers(0, V + 50, (200, 2))))
    result = evaluate_pairs(ours, read_pairs(str(path)))
    pearson, spearman, oov = theirs.evaluate_word_pairs(str(path))
    assert result.pearson == pytest.approx(pearson[0], abs=1e-6)
    assert result.spearman == pytest.approx(spearman[0], abs=1e-6)
    assert 100 * (1 - result.used / result.total) == pytest.approx(oov)


def test_accuracy_of_every_section(both, tmp_path):
    ours, theirs = both
    rng = np.random.default_rng(9)
    lines = [": one\n"]
    for at in range(400):
        i, j = rng.integers(0, V // 10 + 3, 2) * 10
        x, y = rng.integers(0, 10, 2)
        lines.append(f"w{i + x} w{i + y} w{j + x} w{j + y}\n" if at != 200 else ": two\n")
    path = tmp_path / "questions.txt"
    path.write_text("".join(lines))
    sections = evaluate_questions(ours, read_questions(str(path)), Protocol(limit=250))[0].sections
    _, theirs = theirs.evaluate_word_analogies(str(path), restrict_vocab=250, case_insensitive=False)
    wanted = [(len(section["correct"]), len(section["correct"]) + len(section["incorrect"])) for section in theirs[:2]]
    assert [(section.correct, section.used) for section in sections] == wanted
    assert 0 < wanted[0][0] < wanted[0][1]


def test_multiplied_answers(both):
    ours, theirs = both
    # evaluate_word_analogies adds whatever it is told, so questions are asked one by one.
    protocol = Protocol(methods=("mul",), limit=0, epsilon=1e-6)
    triples = np.random.default_rng(10).integers(0, V, (100, 3))
    triples = triples[[len(set(triple)) == 3 for triple in triples.tolist()]]
    best = [theirs.most_similar_cosmul([f"w{b}", f"w{c}"], [f"w{a}"], topn=1)[0][0] for a, b, c in triples]
    (top,) = best_answers(ours, triples, protocol)
    assert [f"w{id}" for id in top.ids[:, 0]] == best


@pytest.fixture
def mixed():
    """The same in a vocabulary where a third of the words is another's in other letters, near to it."""
    models = pytest.importorskip("gensim.models")
    rng = np.random.default_rng(11)
    families, kinds = rng.normal(size=(V // 10, 12)), rng.normal(size=(10, 12))
    words, rows = [], []
    for i in rng.permutation(V):
        for spelling in (f"wß{i}", f"Wß{i}")[: 1 + (i % 2)]:
            words.append(spelling)
            rows.append(families[i // 10] + kinds[i % 10] + rng.normal(size=12) * 0.3)
    keyed = models.KeyedVectors(12)
    keyed.add_vectors(words, np.array(rows, np.float32))
    return Vectors(Vocab.from_words(words), np.array(rows, np.float32)), keyed


@pytest.mark.parametrize("unknown", ["skip", "wrong"])
def test_the_protocol_of_analogies(mixed, tmp_path, unknown):
    ours, theirs = mixed
    rng, lines = np.random.default_rng(12), [": one\n"]
    for _ in range(400):
        i, j = rng.integers(0, V // 10 + 2, 2) * 10
        x, y = rng.integers(0, 10, 2)
        lines.append(f"wß{i + x} WSS{i + y} Wß{j + x} wß{j + y}\n")
    path = tmp_path / "questions.txt"
    path.write_text("".join(lines))
    found = {}
    for name in ("gensim", "word2vec"):
        protocol = PROTOCOLS[name]._replace(limit=400, unknown=unknown)
        (section,) = evaluate_questions(ours, read_questions(str(path)), protocol)[0].sections
        found[name] = section.correct, section.used if unknown == "skip" else section.total
    _, wanted = theirs.evaluate_word_analogies(str(path), restrict_vocab=400, dummy4unknown=unknown == "wrong")
    right = len(wanted[0]["correct"])
    assert found["gensim"] == (right, right + len(wanted[0]["incorrect"]))
    assert found["gensim"] != found["word2vec"]


@pytest.mark.parametrize("unknown", [False, True])
def test_the_protocol_of_pairs(mixed, tmp_path, unknown):
    ours, theirs = mixed
    rng, path = np.random.default_rng(13), tmp_path / "pairs.txt"
    path.write_text("".join(f"wSS{a}\tWß{b}\t{(a + b) % 11}\n" for a, b in rng.integers(0, V + 50, (200, 2))))
    protocol = PROTOCOLS["gensim"]._replace(limit=350, unknown_pairs="zero" if unknown else "skip")
    result = evaluate_pairs(ours, read_pairs(str(path)), protocol)
    pearson, spearman, oov = theirs.evaluate_word_pairs(str(path), restrict_vocab=350, dummy4unknown=unknown)
    assert result.pearson == pytest.approx(pearson[0], abs=1e-6)
    assert result.spearman == pytest.approx(spearman[0], abs=1e-6)
    assert 100 * (1 - result.used / result.total) == pytest.approx(oov)
