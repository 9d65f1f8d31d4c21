"""`embedkit.evaluate` gives the rows that the command prints."""

from __future__ import annotations

import json

import pytest

import embedkit
from embedkit.errors import EmbedkitError

PAIRS = "king queen 9\nman woman 8\nking man 5\nking nobody 1\n"
OPTIONS = {"intervals": True, "compare": True, "frequency_bins": 2, "spread": True, "oov": "both", "method": "both"}


@pytest.fixture
def sets(tmp_path):
    (tmp_path / "p").write_text(PAIRS)
    (tmp_path / "q").write_text(": x\nman king woman queen\nman king woman nobody\n")
    return {"pairs": tmp_path / "p", "questions": [tmp_path / "q"]}


def test_rows_are_those_of_the_command(run, toy_file, sets):
    flags = ["--intervals", "--compare", "--frequency-bins", 2, "--spread", "--oov", "both", "--method", "both"]
    printed = run("evaluate", toy_file, toy_file, "--pairs", sets["pairs"], "--questions", *sets["questions"], *flags,
                  "--json")  # fmt: skip
    rows = embedkit.evaluate([toy_file, str(toy_file)], **sets, **OPTIONS)
    assert [json.loads(line) for line in printed.out.splitlines()] == rows
    assert len(rows) > 20


def test_vectors_are_models_too(toy_file, sets):
    vectors = embedkit.load(toy_file)
    by_path, by_object = (embedkit.evaluate(model, **sets) for model in (toy_file, vectors))
    assert {row["model"] for row in by_object} == {repr(vectors)}
    assert [row | {"model": ""} for row in by_object] == [row | {"model": ""} for row in by_path]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({}, ValueError, "give pairs, questions, categories, classify"),
        ({"pairs": "gone"}, EmbedkitError, "gone: no such file"),
        ({"pears": "p"}, TypeError, "pears"),
        ({"pairs": "gone", "oov": "best"}, EmbedkitError, "oov: 'best' is none of skip, wrong, both"),
        ({"pairs": "gone", "protocol": "mine"}, EmbedkitError, "protocol: 'mine' is none of word2vec, "),
    ],
)
def test_mistakes(toy_file, options, error, said):
    with pytest.raises(error, match=said):
        embedkit.evaluate(toy_file, **options)
