"""What perplexity says of a model and more: other models, caches, learning."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from _lm import TABLE, WORDS, Bigrams, bigrams, counter, remembering, reordered
from _refused import refused

VALID = "a b a b\nb b\na b a b\n" * 20
TEST = "a a a\nb a b\na a a xyz\n" * 20
EVERYTHING = ("--interpolate", "counter", "--neural-cache", 20, "--unigram-cache", 9, "--dynamic")
METHODS = ["model", "interpolate", "neural-cache", "unigram-cache", "dynamic", "all"]

MODELS = {
    "LM": remembering,
    "bigrams": bigrams,
    "reordered": reordered,
    "counter": counter,
    "foreign": lambda: Bigrams([*WORDS[:3], "c"], TABLE),
    "larger": lambda: Bigrams([*WORDS, "c"], np.full((5, 5), 0.2)),
}


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """Files `valid` and `test`; whatever model is named, one of MODELS is opened."""
    monkeypatch.setattr("embedkit.lm.load.load", lambda path, threads=None: MODELS[path]())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "valid").write_text(VALID)
    (tmp_path / "test").write_text(TEST)
    (tmp_path / "copy").write_text(VALID)


@pytest.fixture
def rows(run, texts):
    """`rows(*options)`: the objects that are printed for `test`, by their methods."""

    def call(*args):
        result = run("perplexity", "LM", "test", *args, "--json", "--no-cache", "-q")
        assert (result.code, result.err) == (0, "")
        found = [json.loads(line) for line in result.out.splitlines()]
        return {row["method"]: row for row in found}

    return call


def test_static_is_the_same_line_whatever_is_asked_besides(run, texts):
    alone = run("perplexity", "LM", "test", "--no-cache").rows
    result = run("perplexity", "LM", "test", "--no-cache", "-q", "--valid", "valid", *EVERYTHING)
    assert result.rows[:2] == alone
    assert [row[-1] for row in result.rows] == ["method", *METHODS]
    assert {tuple(row[:3]) for row in result.rows[1:]} == {("test", "260", "20")}


def test_what_is_chosen_is_said_and_can_be_given(run, rows, texts):
    chosen = rows(*EVERYTHING, "--valid", "valid")
    said = run("perplexity", "LM", "test", "--no-cache", *EVERYTHING, "--valid", "valid").err.splitlines()
    everything = chosen["all"]
    numbers = ",".join(map(str, everything["lambda"]))
    assert sum(everything["lambda"]) == pytest.approx(1, abs=2e-4)
    settings = f"theta {everything['theta']}, dynamic_lr {everything['dynamic_lr']}, lambda {numbers}"
    assert [line.split(":")[0] for line in said] == METHODS[1:]
    assert said[-1] == f"all: {settings}"
    options = ("--theta", everything["theta"], "--dynamic-lr", everything["dynamic_lr"], "--lambda", numbers)
    assert rows(*EVERYTHING, *options)["all"]["perplexity"] == pytest.approx(everything["perplexity"], rel=1e-3)


def test_json_says_what_a_method_has(rows):
    found = rows(*EVERYTHING, "--valid", "valid")
    keys = {
        method: {key for key in ("theta", "dynamic_lr", "lambda") if row[key] is not None}
        for method, row in found.items()
    }
    assert keys == {
        "model": set(),
        "interpolate": {"lambda"},
        "neural-cache": {"theta", "lambda"},
        "unigram-cache": {"lambda"},
        "dynamic": {"dynamic_lr"},
        "all": {"theta", "dynamic_lr", "lambda"},
    }


def test_a_mixture_by_hand(rows):
    found = rows("--unigram-cache", 10, "--lambda", ".6,.4")["unigram-cache"]
    ids, logs = [0, *[WORDS.index(w) if w in WORDS else 1 for w in TEST.replace("\n", " <eos> ").split()]], 0
    for t, (before, word) in enumerate(zip(ids, ids[1:])):
        weights = np.exp(np.arange(t) / 10)
        cached = weights[np.array(ids[1 : t + 1]) == word].sum() / weights.sum() if t else 1 / 4
        logs += np.log(0.6 * TABLE[before][word] + 0.4 * cached)
    assert found["perplexity"] == pytest.approx(np.exp(-logs / 260), abs=1e-4)


@pytest.mark.parametrize("other", ["bigrams", "reordered"])
@pytest.mark.parametrize("way", ["--carry-state", "--reset-per-line"])
def test_a_model_mixed_with_itself_is_the_model(rows, other, way):
    found = rows("--interpolate", other, "--valid", "valid", way)
    assert found["interpolate"]["perplexity"] == found["model"]["perplexity"]


def test_more_models_make_one_mixture(rows):
    found = rows("--interpolate", "counter", "--interpolate", "reordered", "--valid", "valid")
    assert list(found) == ["model", "interpolate"]
    assert len(found["interpolate"]["lambda"]) == 3


def test_every_text_has_its_caches(run, rows, texts):
    alone = rows("--unigram-cache", 50, "--lambda", ".5,.5", "--no-cache")["unigram-cache"]
    result = run(
        "perplexity", "LM", "valid", "test", "--unigram-cache", 50, "--lambda", ".5,.5", "--json", "--no-cache"
    )
    assert json.loads(result.out.splitlines()[3]) == alone


@pytest.mark.parametrize("other", ["valid", "copy", "./valid"])
def test_nothing_is_chosen_on_a_text_that_is_tested(run, texts, other):
    result = run("perplexity", "LM", "test", "valid", "--valid", other, "--unigram-cache", 5, "--no-cache")
    refused(result, "valid: is the text of --valid")


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (("--interpolate", "bigrams"), ("--lambda: give numbers, or --valid FILE",)),
        (("--neural-cache", 5), ("--lambda, --theta: give numbers",)),
        (("--neural-cache", 5, "--lambda", ".5,.5"), ("--theta: give numbers",)),
        (("--dynamic",), ("--dynamic-lr: give numbers",)),
        (("--dynamic", "--dynamic-lr", 1, "--valid", "valid"), ("nothing is left to be chosen",)),
        (("--valid", "valid"), ("nothing is left to be chosen",)),
        (("--lambda", ".5,.5"), ("--lambda needs --interpolate or a cache",)),
        (("--dynamic", "--dynamic-lr", 1, "--lambda", ".5,.5"), ("--lambda needs",)),
        (("--theta", 1), ("--theta needs --neural-cache",)),
        (("--dynamic-lr", 1), ("--dynamic-lr needs --dynamic",)),
        (("--interpolate", "bigrams", "--lambda", ".5,.3,.2"), ("3 numbers for 2: LM, bigrams",)),
        (("--unigram-cache", 5, "--lambda", ".5,.3"), (".5,.3", "sum to 1")),
        (("--unigram-cache", 5, "--lambda", "1.5,-.5"), ("sum to 1",)),
        (("--unigram-cache", 5, "--lambda", "nan,1"), ("nan,1",)),
        (("--unigram-cache", 5, "--lambda", "half"), ("half",)),
        (("--neural-cache", 5, "--theta", 0), ("--theta",)),
        (("--unigram-cache", 0), ("--unigram-cache",)),
        (("--unigram-cache", 5, "--lambda", ".5,.5", "--reset-per-line"), ("not with --reset-per-line",)),
        (("--dynamic", "--dynamic-lr", 1, "--reset-per-line"), ("not with --reset-per-line",)),
        (("--interpolate", "-", "--valid", "-"), ("only one of the files can be -",)),
    ],
)
def test_wrong_usage(run, texts, options, parts):
    refused(run("perplexity", "LM", "test", *options, "--no-cache"), *parts, code=2)


@pytest.mark.parametrize(
    ("lm", "options", "cause"),
    [
        ("LM", ("--interpolate", "foreign"), "foreign: lacks the word 'b'"),
        ("LM", ("--interpolate", "larger"), "larger: has a word that LM lacks, 'c'"),
        ("bigrams", ("--neural-cache", 5), "bigrams: has no hidden states"),
        ("bigrams", ("--dynamic",), "bigrams: does not learn step by step"),
    ],
)
def test_models_that_will_not_do(run, texts, lm, options, cause):
    refused(run("perplexity", lm, "test", *options, "--valid", "valid", "--no-cache"), cause)


def test_a_missing_validation_text(run, texts):
    assert not os.path.exists("missing")
    refused(run("perplexity", "LM", "test", "--unigram-cache", 5, "--valid", "missing", "--no-cache"), "missing")


def test_trained_models(run, tmp_path):
    text, valid, test = (tmp_path / name for name in ("text", "valid", "test"))
    text.write_text("the cat sat on the mat\na dog sat on a cat\n\nthe dog saw the cat\n" * 8)
    valid.write_text("the cat saw the dog\na dog sat on the mat\n" * 3)
    test.write_text("the dog sat on a mat\n<unk> saw a cat\n" * 3)
    lstm, kn = tmp_path / "lstm", tmp_path / "kn"
    sizes = ("--embed", 4, "--hidden", 5, "--epochs", 2, "--batch-size", 2, "--bptt", 6)
    assert run("train", "lstm", text, "-o", lstm, "-q", "--no-cache", *sizes).code == 0
    assert run("train", "kn", text, "-o", kn, "-q", "--no-cache", "--order", 2).code == 0

    def perplexities(*args):
        result = run("perplexity", *args, "--no-cache", "-q", "--threads", 1)
        assert (result.code, result.err) == (0, "")
        return {row[-1]: float(row[3]) for row in result.rows[1:]}

    caches = ("--neural-cache", 30, "--unigram-cache", 10)
    found = perplexities(lstm, test, "--interpolate", kn, *caches, "--dynamic", "--valid", valid)
    assert list(found) == METHODS
    assert found["model"] == perplexities(lstm, test)["model"]
    assert found["model"] not in (found["interpolate"], found["neural-cache"], found["dynamic"])
    # All weight on another model leaves that model.
    alone = perplexities(kn, test)["model"]
    assert perplexities(lstm, test, "--interpolate", kn, "--lambda", "0,1")["interpolate"] == pytest.approx(
        alone, rel=1e-6
    )
