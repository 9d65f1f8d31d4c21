"""Where gensim is installed: the same numbers under the same settings."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import best_answers, judge_questions
from embedkit.eval.readers import read_pairs, read_questions
from embedkit.eval.similarity import judge_pairs
from embedkit.text.vocab import Vocab
from embedkit.vectors.vectors import Vectors

pytestmark = [pytest.mark.peer, pytest.mark.filterwarnings("ignore")]
V = 300


def best_of(source, triples, method="add", limit=None):
    """The answers by one method."""
    return best_answers(source, triples, [method], limit)[0]


def judge(source, questions, **options):
    """The judgement by one method, 3CosAdd."""
    return judge_questions(source, questions, **options)[0]


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
    result = judge_pairs(ours, read_pairs(str(path)))
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
    sections = judge(ours, read_questions(str(path)), limit=250).sections
    _, theirs = theirs.evaluate_word_analogies(str(path), restrict_vocab=250, case_insensitive=False)
    wanted = [(len(section["correct"]), len(section["correct"]) + len(section["incorrect"])) for section in theirs[:2]]
    assert [(section.correct, section.used) for section in sections] == wanted
    assert 0 < wanted[0][0] < wanted[0][1]


def test_multiplied_answers(both, monkeypatch):
    ours, theirs = both
    # gensim's epsilon; its evaluate_word_analogies adds whatever it is told, so questions are asked one by one.
    monkeypatch.setattr("embedkit.eval.analogy.EPSILON", 1e-6)
    triples = np.random.default_rng(10).integers(0, V, (100, 3))
    triples = triples[[len(set(triple)) == 3 for triple in triples.tolist()]]
    best = [theirs.most_similar_cosmul([f"w{b}", f"w{c}"], [f"w{a}"], topn=1)[0][0] for a, b, c in triples]
    assert [f"w{id}" for id in best_of(ours, triples, "mul")] == best
