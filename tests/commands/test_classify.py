"""`classify`: what is printed, to the letter, and what has no answer."""

from __future__ import annotations

import json

import pytest

from embedkit import cli
from embedkit.classification import load as loading

TEXTS = "good\ta fine film\nbad\ta dull film\ngood\tfine , really fine\nbad\tdull , really dull\n" * 5


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classify")
    (folder / "texts").write_text(TEXTS)
    options = "--word-ngrams", 1, "--threads", 1, "-q", "--epochs", 20
    args = "train", "classifier", folder / "texts", "-o", folder / "m", *options
    assert cli.run([str(arg) for arg in args]) == 0
    return folder / "m"


def test_rows(run, model):
    result = run("classify", model, stdin="a fine film\ndull\n")
    assert (result.code, result.err) == (0, "")
    assert [(label, text) for label, _, text in result.rows] == [("good", "a fine film"), ("bad", "dull")]
    assert all(len(p) == 8 and float(p) > 0.9 for _, p, _ in result.rows)
    two = run("classify", model, "--top", 5, stdin="a fine film\n").rows
    assert [row[0] for row in two] == ["good", "bad"]
    assert float(two[0][1]) + float(two[1][1]) == pytest.approx(1, abs=2e-6)
    assert two[0] == result.rows[0]
    assert run("classify", model, "--top", 2, "--threshold", 0.5, stdin="a fine film\n").rows == two[:1]


def test_explanations(run, model):
    line = "a fine film unheard"
    (row,) = run("classify", model, "--explain", 2, stdin=f"{line}\n").rows
    assert row[3].startswith("fine +")
    (found,) = map(json.loads, run("classify", model, "--explain", 9, "--json", stdin=f"{line}\n").out.splitlines())
    assert list(found) == ["label", "probability", "text", "explain"]
    assert (found["label"], found["text"]) == ("good", line)
    words = {part["words"]: part["amount"] for part in found["explain"]}
    assert set(words) == {"a", "fine", "film", "</s>"}
    assert words["fine"] == max(words.values()) > 0


def test_lines_without_an_answer(run, model):
    result = run("classify", model, "--threshold", 0.9999999, stdin="\nfilm\nfine\n")
    assert (result.code, result.out) == (3, "")
    assert result.err.split("\n")[:2] == ["line 1: no word in it", "line 2: no label has a probability of 1"]
    assert run("classify", model, "-q", stdin="\n") == (3, "", "", b"")


def test_compiled_code_answers_alike(run, model, tmp_path, monkeypatch):
    (tmp_path / "text").write_text("a fine film\nreally dull , a film\nunheard of\n" * 100)
    plain = run("classify", model, tmp_path / "text")
    monkeypatch.setattr(loading, "COMPILED", 10)
    assert run("classify", model, tmp_path / "text", "--threads", 2) == plain


def test_other_files(run, model, toy_file, tmp_path):
    result = run("classify", toy_file, stdin="x\n")
    assert (result.code, result.err.split("\n")[0]) == (
        1,
        f"Error: {toy_file}: holds vectors, not a classifier",
    )
    assert "train classifier" in result.err
    assert run("similar", model, "film").err.startswith(f"Error: {model}: holds a classifier, not vectors")
    assert run("translate", model, stdin="x\n").err.startswith(f"Error: {model}: holds a classifier, not an encoder-")
    named = run("train", "classifier", model, "-o", tmp_path / "x.txt")
    assert named.err.startswith(f"Error: {tmp_path / 'x.txt'}: a classifier is a .safetensors or a .bin file")


def test_the_figure_of_what_is_confused(run, model, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "test").write_text("good\tfine\nbad\tdull\nbad\tfine film\n" * 1000)
    assert run("plot", model, "--labelled", tmp_path / "test", "-o", tmp_path / "f.svg").code == 0
    figure = (tmp_path / "f.svg").read_text()
    assert figure.count(">1,000</text>") == 3
    assert all(f">{said}</text>" in figure for said in ("good", "bad", "given", "label", "0"))
    assert run("plot", model, "--labelled", tmp_path / "test", "--what", "loss", "-o", "f.svg").code == 2


def test_evaluate(run, model, tmp_path):
    (tmp_path / "test").write_text("good\tfine\nbad\tdull\nbad\tfine film\n")
    rows = run("evaluate", model, "--labelled", tmp_path / "test").rows
    assert [row[1:7] for row in rows[1:3]] == [
        ["labels", "test", "", "accuracy", "0.666667", "2"],
        ["labels", "test", "", "f1-micro", "0.666667", ""],
    ]
    assert ["bad as good", "confusion", "0.5", "1", "2", "2"] in [row[3:9] for row in rows]
    wrong = run("evaluate", model, "--labelled", tmp_path / "test", "--lowercase")
    assert (wrong.code, "--lowercase is for vectors, the data for classifiers" in wrong.err) == (2, True)
