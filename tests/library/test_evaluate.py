"""`embedkit.evaluate` gives the rows that the command prints."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import embedkit
from embedkit.errors import EmbedkitError
from embedkit.eval.contract import Result, Score, Task
from embedkit.eval.protocols import PLAIN
from embedkit.eval.source import Lookup
from embedkit.eval.tasks import TASKS
from embedkit.runtime.progress import SILENT

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
        ({}, ValueError, "give pairs, questions, categories, classify, labelled, parallel"),
        ({"pairs": "gone"}, EmbedkitError, "gone: no such file"),
        ({"pears": "p"}, TypeError, "pears"),
        ({"pairs": "gone", "oov": "best"}, EmbedkitError, "oov: 'best' is none of compose, skip, wrong, both"),
        ({"pairs": "gone", "protocol": "mine"}, EmbedkitError, "protocol: 'mine' is none of word2vec, "),
    ],
)
def test_mistakes(toy_file, options, error, said):
    with pytest.raises(error, match=said):
        embedkit.evaluate(toy_file, **options)


class Known(Result):
    """The share of words in vocabulary."""

    def scores(self, intervals=False, bins=0):
        yield Score(None, "share", self.used / self.total, None, self.used, self.total)


class KnownTask(Task):
    """Words, all on one line, of which as many as possible are in vocabulary."""

    name = "known"

    def read(self, path):
        return SimpleNamespace(name="words", sha256="", words=Path(path).read_text().split())

    def find(self, source, dataset, protocol):
        return Lookup(source, protocol.case).find(dataset.words)

    def evaluate(self, source, dataset, protocol=PLAIN, progress=SILENT):
        return [Known(*self.find(source, dataset, protocol))]


def test_a_new_task_is_one_class_and_one_line(toy_file, sets, tmp_path, monkeypatch):
    monkeypatch.setitem(TASKS, "known", SimpleNamespace(load=KnownTask, kind="vectors"))
    (tmp_path / "words").write_text("king queen nobody man")
    rows = embedkit.evaluate([toy_file] * 2, known=tmp_path / "words", pairs=sets["pairs"], compare=True, spread=True)
    assert [(row["metric"], row["value"]) for row in rows if row["task"] == "known"] == [("share", 0.75)] * 3
    items = list(KnownTask().unknown_items(embedkit.load(toy_file).source, KnownTask().read(tmp_path / "words")))
    assert items == [(None, "nobody", ["nobody"])]
