"""What each model of the catalog says it needs, against what it takes; a model without a line in TEXTS fails."""

from __future__ import annotations

import json
import re
import tracemalloc
from typing import NamedTuple

import numpy as np
import pytest
from _compiler import needs_compiler
from _language_models import LANGUAGE_MODELS

from embedkit.catalog import MODELS
from embedkit.config import Config
from embedkit.runtime import memory as memories
from embedkit.runtime.memory import Memory
from embedkit.training.contract import Run


class Case(NamedTuple):
    """A text of `tokens` words, `types` of them different, and options that are not the defaults."""

    tokens: int
    types: int
    options: dict = {}


COUNTS = Case(60_000, 3_000)
NEURAL = Case(40_000, 30_000, {"dim": 100, "epochs": 1})
LANGUAGE = Case(2_000, 1_900, {"embed": 200, "hidden": 200, "epochs": 1, "batch_size": 10, "threads": 1})
BLOCKS = {"dim": 128, "layers": 2, "context": 64, "epochs": 1, "batch_size": 10, "threads": 1}
PAIRS = {"tokenizer": "whitespace", "embed": 64, "hidden": 128, "epochs": 1, "threads": 1}
BAG = {"epochs": 1, "loss": "softmax"}
CASES = {
    "ppmi": [COUNTS],
    "svd": [COUNTS, Case(60_000, 3_000, {"dim": 300}), Case(9_000, 500)],
    "glove": [
        Case(*COUNTS[:2], {"epochs": 1}),
        Case(40_000, 30_000, {"dim": 100, "epochs": 1}),
        Case(*COUNTS[:2], {"dim": 300, "epochs": 1, "add_context": False}),
    ],
    "lsa": [Case(60_000, 3_000), Case(60_000, 3_000, {"dim": 50}), Case(9_000, 500, {"dim": 20})],
    "skipgram": [
        NEURAL,
        Case(*NEURAL[:2], NEURAL.options | {"deterministic": True}),
        Case(*NEURAL[:2], NEURAL.options | {"add_context": True}),
        Case(*NEURAL[:2], NEURAL.options | {"loss": "hs"}),
        Case(*NEURAL[:2], NEURAL.options | {"minn": 3, "maxn": 6}),
    ],
    "cbow": [
        NEURAL,
        Case(2_000, 1_900, {"loss": "softmax", "epochs": 1}),
        Case(2_000, 1_900, {"window": 9_000, "epochs": 1}),
        Case(2_000, 1_900, {"window": 9_000, "epochs": 1, "position_weights": True, "deterministic": True}),
    ],
    "doc2vec": [
        NEURAL,
        Case(*NEURAL[:2], NEURAL.options | {"deterministic": True}),
        Case(*NEURAL[:2], NEURAL.options | {"loss": "hs", "algorithm": "dm"}),
    ],
    "classifier": [
        Case(500_000, 50_000, BAG | {"dim": 0, "weighting": "log-count-ratio"}),
        Case(200_000, 20_000, BAG | {"dim": 100, "weighting": "count", "valid_share": 0.1}),
    ],
    "seq2seq": [
        Case(12_000, 300, PAIRS),
        Case(12_000, 300, PAIRS | {"bidirectional": True, "layers": 2, "attention": "additive"}),
        Case(12_000, 300, PAIRS | {"cell": "ntm", "attention": "none"}),
    ],
    "kn": [Case(100_000, 5_000), Case(100_000, 5_000, {"order": 2})],
    **{name: [LANGUAGE] for name in LANGUAGE_MODELS},
    "transformer": [
        Case(2_000, 1_900, BLOCKS),
        Case(2_000, 1_900, BLOCKS | {"activation": "swiglu", "tie": False, "dropout": 0.1, "accumulate": 2}),
        Case(16_000, 300, BLOCKS | {"context": 256, "batch_size": 16}),
    ],
    "mlm": [
        Case(2_000, 1_900, BLOCKS),
        Case(2_000, 1_900, BLOCKS | {"activation": "swiglu", "tie": False, "dropout": 0.1, "accumulate": 2}),
        Case(16_000, 300, BLOCKS | {"context": 256, "batch_size": 16}),
    ],
    "lstm": [
        LANGUAGE,
        Case(*LANGUAGE[:2], LANGUAGE.options | {"tie": True, "layers": 2}),
        Case(*LANGUAGE[:2], LANGUAGE.options | {"optimizer": "adam", "threads": 2}),
        Case(16_000, 300, {"bptt": 200, "batch_size": 40, "epochs": 1, "threads": 1}),
    ],
}


def test_every_model_has_its_cases():
    assert set(CASES) == set(MODELS)


@needs_compiler
@pytest.mark.parametrize(("name", "case"), [(name, case) for name, cases in CASES.items() for case in cases], ids=str)
def test_the_estimate_is_near_the_peak(tmp_path, name, case):
    words = np.random.default_rng(1).zipf(1.1, case.tokens) % case.types
    for tokens in (case.tokens // 3, case.tokens):  # what is imported and compiled, in the first, is no part of it
        path = tmp_path / f"{tokens}"
        lines = [[f"w{word}" for word in words[at : at + 20]] for at in range(0, tokens - 19, 20)]
        if name == "classifier":
            lines = [[f"label{number % 2}", *line] for number, line in enumerate(lines)]
        split = {"seq2seq": 10, "classifier": 1}.get(name, 20)
        path.write_text("".join(f"{' '.join(line[:split])}\t{' '.join(line[split:])}\n" for line in lines))
        expected, peak = measured(name, case, path)
    # A little above the truth: buffers of layers have sizes that are powers of two, whose last pages are never touched.
    assert 0.7 < expected / peak < 1.6


def measured(name: str, case: Case, path) -> tuple[int, int]:
    """(what a model says that it needs, what it takes) to train on a text, in bytes."""
    model, run = MODELS[name].load(), Run(memory=Memory(), cache=False)
    wanted = {"min_count": 1, "sample": 1e-4, "threads": 2} | case.options
    sections = {
        section: options(**{key: value for key, value in wanted.items() if hasattr(options, key)})
        for section, options in model.sections.items()
    }
    config = Config(**sections)
    tracemalloc.start()
    try:
        data = model.read([str(path)], config, run)
        expected = model.memory(data, config, run)
        tracemalloc.reset_peak()
        model.train(data, config, run)
        return expected, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def text(tmp_path):
    """A text that is one of pairs as well, and of texts with labels."""
    path = tmp_path / "text.txt"
    path.write_text("the\tking met the queen and the cat\nking\tmet the queen and the cat\n" * 25)
    return path


@pytest.mark.parametrize("name", MODELS)
def test_what_does_not_fit_is_refused_before_the_work(run, text, tmp_path, name):
    out = tmp_path / "out"
    out.write_text("old")
    result = run("train", name, text, "-o", out, "--max-memory", 500, "--max-vocab-memory", "1M")
    assert (result.code, result.out) == (1, "")
    told, error, hint = result.err.split("\n")[:3]
    assert "tokens" in told or "pairs" in told
    assert error.startswith(f"Error: {name} of ")
    assert error.endswith("; --max-memory is 500")
    assert hint.startswith("Hint: ")
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "text.txt"]


def test_the_default_is_what_is_free(run, text, tmp_path, monkeypatch):
    monkeypatch.setattr(memories, "available", lambda: 5000)
    result = run("train", "skipgram", text, "-o", tmp_path / "out", "--min-count", 1)
    assert result.code == 1
    assert "of memory; 4.9K is free\n" in result.err
    assert "; --max-memory SIZE says" in result.err
    assert run("train", "skipgram", text, "-o", tmp_path / "out", "--sample", 0, "--max-memory", "10M").code == 0


def test_much_is_told_and_logged(run, text, tmp_path, monkeypatch):
    log = tmp_path / "log"
    monkeypatch.setattr(memories, "MUCH", 1000)
    result = run("train", "skipgram", text, "-o", tmp_path / "out", "--sample", 0, "--log", log, "--max-memory", "1G")
    assert re.search(r"^skipgram of 6 words needs about [\d.]+[KM] of memory$", result.err, re.MULTILINE)
    event = next(filter(lambda event: event["event"] == "memory", map(json.loads, log.read_text().split("\n")[:-1])))
    assert (event["limit"], 10_000 < event["needed"] < 10_000_000) == (1 << 30, True)
