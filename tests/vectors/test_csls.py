"""CSLS against its definition, and refinement and dictionaries on a space that was turned."""

from __future__ import annotations

import numpy as np
import pytest
from _refused import refused

from embedkit.errors import EmbedkitError, OptionError
from embedkit.eval.dictionary import TASK, read_dictionary
from embedkit.eval.protocols import PLAIN as PROTOCOL
from embedkit.text.vocab import Vocab
from embedkit.vectors import csls, formats
from embedkit.vectors.query import parse_query
from embedkit.vectors.scaling import Scaled
from embedkit.vectors.transform.align import refined, rotation
from embedkit.vectors.vectors import Vectors, unit_rows

V, D = 60, 8


def named(rows, letter: str) -> Vectors:
    return Vectors(Vocab.from_words([f"{letter}{i}" for i in range(len(rows))]), np.asarray(rows, np.float32))


@pytest.fixture
def two():
    """A space, and the same words of another language: turned, with noise, of other lengths."""
    rng = np.random.default_rng(3)
    rows, turn = rng.normal(size=(V, D)), np.linalg.qr(rng.normal(size=(D, D)))[0]
    other = (rows @ turn + 0.1 * rng.normal(size=(V, D))) * rng.uniform(0.5, 4, size=(V, 1))
    return named(rows, "a"), named(other, "b")


def naive_r(x, rows, k=10):
    return np.mean(sorted(x @ row for row in rows)[-k:])


def test_csls_is_what_it_says(two, monkeypatch):
    monkeypatch.setattr(csls, "BLOCK", 7 * V)
    a, b = (unit_rows(source.matrix) for source in two)
    r_a, r_b = [naive_r(x, b) for x in a], [naive_r(y, a) for y in b]
    scores = [[2 * (x @ y) - r - s for y, s in zip(b, r_b)] for x, r in zip(a, r_a)]
    places, found = csls.nearest(a, b, csls.hubness(b, a), 4)
    expected = np.argsort(-np.array(scores), axis=1, kind="stable")[:, :4]
    assert (places == expected).all()
    r = csls.hubness(a, b)[:, None]
    assert found - r == pytest.approx(np.take_along_axis(np.array(scores), expected, 1), abs=1e-5)
    forth, back = np.argmax(scores, 1), np.argmax(scores, 0)
    assert csls.mutual(a, b).tolist() == [[i, j] for i, j in enumerate(forth) if back[j] == i]


def test_within_one_space(two):
    rows, source = unit_rows(two[0].matrix), two[0]
    r = [naive_r(x, np.delete(rows, i, 0)) for i, x in enumerate(rows)]
    ((ids, scores),) = Scaled(source).nearest([parse_query(source, "a5")], 3)
    expected = [-np.inf if j == 5 else 2 * (rows[5] @ y) - r[5] - r[j] for j, y in enumerate(rows)]
    assert ids.tolist() == np.argsort(expected)[::-1][:3].tolist()
    assert scores == pytest.approx(sorted(expected)[::-1][:3], abs=1e-5)


def test_few_words(two):
    few = unit_rows(two[0].matrix[:2])
    assert csls.hubness(few, few, is_same=True) == pytest.approx([few[0] @ few[1]] * 2)
    assert csls.hubness(few[:1], few[:1], is_same=True).tolist() == [0]


def test_refinement_finds_more_anchors(two):
    a, b = two
    rough = rotation(a, b, np.arange(5), np.arange(5)).matrix
    matrix, pairs = refined(a, b, rough, 5)
    assert pairs == V
    assert matrix == pytest.approx(rotation(a, b, np.arange(V), np.arange(V)).matrix)
    assert (refined(a, b, rough, 0)[0] == rough).all()


def test_dictionary(two, tmp_path):
    a, b = two
    turned = named(a.matrix @ rotation(a, b, np.arange(V), np.arange(V)).matrix, "a")
    path = tmp_path / "words"
    path.write_text("".join(f"a{i} b{i}\n" for i in range(20)) + "a0 zzz\na1\tb7\nzzz b1\na5 zzz\na30 zzz\na31 b2\n")
    data = read_dictionary(str(path))
    assert (len(data.words), data.translations[:2]) == (23, [["b0", "zzz"], ["b1", "b7"]])
    found = TASK.evaluate_one(turned, data._replace(target=b), PROTOCOL)
    scores = {score.metric: score for score in found.scores(intervals=True)}
    assert (found.used, found.total) == (21, 23)
    assert (scores["p@1"].correct, scores["p@10"].total) == (20, 23)
    assert scores["p@1"].value <= scores["p@5"].value <= scores["p@10"].value
    assert scores["p@1-cosine"].correct >= 19
    with pytest.raises(OptionError, match="needs vectors"):
        TASK.evaluate_one(turned, data, PROTOCOL)
    with pytest.raises(EmbedkitError, match="8 dimensions, and the target of 3"):
        TASK.evaluate_one(turned, data._replace(target=named(b.matrix[:, :3], "b")), PROTOCOL)


def test_commands(run, two, tmp_path):
    for source, name in zip(two, "ab"):
        formats.save(tmp_path / name, source)
    (tmp_path / "words").write_text("".join(f"a{i}\tb{i}\n" for i in range(12)))
    (tmp_path / "test").write_text("".join(f"a{i}\tb{i}\n" for i in range(20, 60)))
    args = ("align", tmp_path / "a", tmp_path / "b", "-o", tmp_path / "c", "--dictionary", tmp_path / "words")
    got = run(*args, "--refine", 3)
    assert (got.code, got.err.split("\n")[1]) == (0, "3 rounds of refinement, 60 mutual anchors in the last")
    (entry,) = formats.load(tmp_path / "c").metadata["history"]
    assert (entry["anchors"], entry["refine"], entry["mutual"]) == (12, 3, 60)
    scored = run("evaluate", tmp_path / "c", "--dictionary", tmp_path / "test", "--target", tmp_path / "b")
    assert [row[4:9] for row in scored.rows[1:2]] == [["p@1", "1.0", "40", "40", "40"]]
    (tmp_path / "words").write_text("a1 b1\na2 zzz\n")
    got = run(*args)
    assert got.code == 3
    assert "not in both files: a2 zzz" in got.err
    refused(run(*args, "--anchors", 3), "--dictionary names the anchors", code=2)
    refused(run("evaluate", tmp_path / "c", "--dictionary", tmp_path / "test"), "go together", code=2)
    refused(run("similar", tmp_path / "a", "a1", "--csls", "--metric", "dot"), "--csls is of the cosines", code=2)


def test_too_many_words(run, toy_file, monkeypatch):
    monkeypatch.setattr("embedkit.vectors.scaling.MOST", 9)
    refused(run("similar", toy_file, "king", "--csls"), "and there are 10", code=2)
    assert run("similar", toy_file, "king", "--csls", "--restrict-vocab", 8, "-k", 2).code == 0
