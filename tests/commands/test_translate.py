"""translate, and score of pairs: what they print and say. What they compute is tested in tests/translation."""

from __future__ import annotations

import json
import math

import pytest
from _translator import Drawn, Table

from embedkit.translation.translate import BATCH, LENGTH_PENALTY

TEXT = "a b\n\nc ? c\n"


@pytest.fixture
def opened(monkeypatch):
    """`opened(translator)`: whatever file is named, this model is in it."""

    def put(model):
        monkeypatch.setattr("embedkit.translation.load.load", lambda path: model)
        monkeypatch.setattr("embedkit.library.load.open_sequence_model", lambda path: ("seq2seq", model))
        return model

    return put


@pytest.fixture
def table(opened):
    """Always w x, with probability .8 · .7 · .9; the second best is <eos> in place of x."""
    return opened(Table([[0.1, 0.1, 0.8, 0], [0.2, 0.1, 0, 0.7], [0.9, 0, 0.1, 0]]))


LN = round(math.log(0.8 * 0.7 * 0.9), 4)


@pytest.mark.usefixtures("table")
def test_rows_and_doubts(run):
    result = run("translate", "M", stdin=TEXT)
    assert result.rows == [["a b", "w x", str(LN)], ["c ? c", "w x", str(LN)]]
    assert result.err == "line 2: no token in it\nline 3: read as <unk>: ?\n"
    assert result.code == 3
    assert run("translate", "M", "-q", stdin=TEXT) == (3, result.out, "", result.raw)


@pytest.mark.usefixtures("table")
def test_n_best_have_a_rank(run):
    rows = run("translate", "M", "--beam", 3, "--n-best", 2, stdin="a\n").rows
    assert rows == [["a", "w x", str(LN), "1"], ["a", "w", str(round(math.log(0.8 * 0.2), 4)), "2"]]


@pytest.mark.usefixtures("table")
def test_pairs_are_no_sources(run):
    result = run("translate", "M", stdin="a\na\tb\nb\ta\n")
    assert (result.code, len(result.out.splitlines())) == (0, 3)
    assert result.err.count("has a tab") == 1
    assert result.err.startswith("line 2: has a tab, as pairs have")


@pytest.mark.usefixtures("table")
def test_json(run):
    found = json.loads(run("translate", "M", "--json", "--length-penalty", 1, stdin="c ? c\n").out)
    score = round(math.log(0.8 * 0.7 * 0.9) / 3, 4)
    assert found == {
        "source": "c ? c", "output": "w x", "rank": 1, "ln": LN, "score": score, "hit_cap": False, "unknown": ["?"]
    }  # fmt: skip


def test_attention(run, opened):
    opened(Drawn())
    found = json.loads(run("translate", "M", "--json", "--attention", "--max-length", 4, stdin="a b c\n").out)
    assert found["source_tokens"] == ["a", "b", "c"]
    assert len(found["attention"]) == len(found["tokens"]) > 0
    assert all(len(row) == 3 and sum(row) == pytest.approx(1, abs=1e-3) for row in found["attention"])
    result = run("translate", "M", "--attention", stdin="a\n")
    assert (result.code, result.err.split("\n")[0]) == (2, "Error: --attention needs --json")
    opened(Drawn(has_attention=False))
    result = run("translate", "M", "--attention", "--json", stdin="a\n")
    assert (result.code, result.err.split("\n")[0][:26]) == (1, "Error: M: has no attention")


def test_a_cut_is_said(run, opened):
    opened(Table([[0.1, 0.1, 0.8]], target="w"))
    result = run("translate", "M", "--max-length", 2, stdin="a\nb\n")
    assert [row[1] for row in result.rows] == ["w w", "w w"]
    assert result.err.split("\n")[0] == "line 1: the output is cut at 2 tokens (--max-length)"
    assert result.code == 0


def test_the_file_and_stdin_are_the_same(run, opened, tmp_path):
    opened(Drawn())
    (tmp_path / "text").write_text(TEXT)
    expected = run("translate", "M", "--beam", 2, stdin=TEXT)
    assert run("translate", "M", tmp_path / "text", "--beam", 2) == expected
    assert run("translate", "M", "--beam", 2, "--batch-size", 1, stdin=f"\ufeff{TEXT[:-1]}") == expected
    (tmp_path / "text").write_text("")
    assert run("translate", "M", tmp_path / "text").err.startswith(f"Error: {tmp_path / 'text'}: no lines in it")


@pytest.mark.usefixtures("table")
def test_more_outputs_than_the_beam_has(run):
    result = run("translate", "M", "--n-best", 2, stdin="a\n")
    assert (result.code, result.out) == (2, "")
    assert "--beam 2" in result.err


def test_defaults_are_those_of_the_library():
    from embedkit.commands.translate import command

    defaults = {param.name: param.default for param in command.params}
    assert (defaults["batch_size"], defaults["length_penalty"]) == (BATCH, LENGTH_PENALTY)


# --- score


@pytest.mark.usefixtures("table")
def test_pairs_are_scored(run):
    result = run("score", "M", stdin="a ? c\tw x\na\tw ?\n")
    sums = math.log(0.8 * 0.7 * 0.9), math.log(0.8 * 0.1 * 0.9)
    logs = [[str(round(ln / math.log(10), 4)), str(round(ln, 4))] for ln in sums]
    assert result.rows == [["a ? c", "w x", *logs[0], "3", "0"], ["a", "w ?", *logs[1], "3", "1"]]
    assert (result.code, result.err) == (0, "line 1: read as <unk>: ?\n")
    words = run("score", "M", "--per-word", stdin="a\tw x\n").rows
    assert [row[:2] for row in words] == [["1", "w"], ["1", "x"], ["1", "<eos>"]]
    found = json.loads(run("score", "M", "--json", stdin="a\tw x\n").out)
    assert list(found) == ["source", "target", "log10", "ln", "tokens", "unknown"]


@pytest.mark.usefixtures("table")
def test_lines_that_are_no_pairs(run):
    result = run("score", "M", stdin="a\tw\nb\na\tw\tx\n \tw\n")
    assert (result.code, len(result.rows)) == (3, 1)
    lines = result.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["line 2", "line 3", "line 4"]
    assert run("score", "M", "--separator", "_", stdin="a_w\n").rows[0][:2] == ["a", "w"]
    assert run("score", "M", "--carry-state", stdin="a\tw\n").code == 2
