"""evaluate --parallel: rows of encoder-decoders, exit codes, options of the other kind of model. What the numbers are
is tested in tests/eval/test_parallel.py."""

from __future__ import annotations

import json
import sys

import pytest
from _translator import Drawn, Table

import embedkit
from embedkit.translation.translate import Decoding, translate

PAIRS = "a\tw x\nb b\tw\na\tw y\nc ?\tz z z z\n"


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.tsv").write_text(PAIRS)
    (tmp_path / "v.vec").write_text("2 2\nking 1 0\nqueen 0 1\n")
    (tmp_path / "pairs.txt").write_text("king queen 9\n")
    models = {
        "M": Table([[0.1, 0.1, 0.8, 0], [0.2, 0.1, 0, 0.7], [0.9, 0, 0.1, 0]]),  # always w x
        "N": Drawn(seed=3),
        "tabs": Drawn(seed=3),
        "lines": Drawn(seed=3),
    }
    for name in ("tabs", "lines"):
        models[name].metadata = {"config": {"text": {"separator": {"tabs": "\t", "lines": "|"}[name]}}}
    monkeypatch.setattr("embedkit.translation.load.load", lambda path: models[path])
    return models


def test_rows(run):
    result = run("evaluate", "M", "--parallel", "p.tsv", "--length-bins", 0)
    assert result.rows[1:] == [
        ["M", "translation", "p", "", "exact-match", "0.333333", "1", "2", "3", "0.666667"],
        ["M", "translation", "p", "", "token-error-rate", str(round(5 / 7, 6)), "", "2", "3", "0.666667"],
    ]
    assert (result.code, result.err) == (0, "M: p: 1 of 3 sources have tokens that the model does not know\n")
    rows = run("evaluate", "M", "--parallel", "p.tsv").rows
    assert [row[3] for row in rows[1::2]] == ["", "length 1", "length 2"]


def test_beam_and_separator(run, models, tmp_path):
    sources = ["a b c", "c b", "b"]
    for beam in (1, 4):
        outputs = [best.output for (best,) in translate(models["N"], sources, Decoding(beam=beam))]
        (tmp_path / f"{beam}.txt").write_text("".join(f"{s}|{t}\n" for s, t in zip(sources, outputs) if t))
        args = ["--parallel", f"{beam}.txt", "--separator", "|", "--beam", beam]
        assert run("evaluate", "N", *args).rows[1][4:6] == ["exact-match", "1.0"]
        assert run("evaluate", "lines", *args[:2], *args[4:]).rows[1][5] == "1.0"


def test_two_models(run):
    result = run("evaluate", "M", "N", "--parallel", "p.tsv", "--compare", "--intervals", "--length-bins", 0, "-q")
    match, rate = result.rows[-2:]
    assert [match[0], *match[3:6]] == ["N - M", "", "exact-match", "-0.333333"]
    assert match[-1] == "1.0"
    assert float(rate[-3]) <= float(rate[5]) <= float(rate[-2])


def test_library_and_json(run):
    printed = run("evaluate", "M", "--parallel", "p.tsv", "--json", "-q")
    assert [json.loads(line) for line in printed.out.splitlines()] == embedkit.evaluate("M", parallel="p.tsv")


def test_unknown_tokens_are_written(run, tmp_path):
    run("evaluate", "M", "--parallel", "p.tsv", "--unknown", "u.tsv")
    assert (tmp_path / "u.tsv").read_text().split("\n")[1:] == ["M\tp\t\tc ?\t?", ""]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("M --parallel p.tsv --pairs pairs.txt", 2, "--pairs is for vectors, --parallel for encoder-decoders"),
        ("M --parallel p.tsv --protocol gensim", 2, "--protocol is for vectors, the data for encoder-decoders"),
        ("M --parallel p.tsv --frequency-bins 3", 2, "--frequency-bins is for vectors"),
        ("v.vec --pairs pairs.txt --beam 3", 2, "--beam is for encoder-decoders, the data for vectors"),
        ("v.vec --pairs pairs.txt --bleu", 2, "--bleu is for encoder-decoders"),
        ("tabs lines --parallel p.tsv", 2, "the models were trained with different separators"),
        ("M --parallel p.tsv --separator _", 1, "p.tsv: line 1: no '_' in it"),
        ("M --parallel gone.tsv", 1, "gone.tsv: no such file"),
    ],
)
def test_mistakes(run, args, code, said):
    result = run("evaluate", *args.split())
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(f"Error: {said}")
    assert result.err.count("\n") <= 2


def test_without_sacrebleu(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", None)
    result = run("evaluate", "M", "--parallel", "p.tsv", "--bleu")
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: M: --bleu needs sacrebleu\nHint: pip install sacrebleu\n"
