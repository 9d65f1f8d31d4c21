"""One dataclass is the flags, the TOML and the metadata."""

from __future__ import annotations

import tomllib

from embedkit.config import Config, Text, Training, toml


def test_toml_says_what_the_tables_say():
    text = {"vocab": 'a "b"\\c\x7f\n', "min-count": 5, "lowercase": False, "normalize": True, "joiner": "한"}
    tables = {"text": text, "context": {"sample": 1e-5}, "training": {"valid-pairs": ("a", "b")}}
    assert tomllib.loads(toml(tables)) == tables | {"training": {"valid-pairs": ["a", "b"]}}
    assert toml({}) == ""


def test_printed_configuration_says_what_the_dataclasses_say(run):
    result = run("count", "--print-config", "--vocab", 'a "b"\\c', "--sample", 1e-5, "--threads", 2)
    tables = tomllib.loads(result.out)
    assert tables["text"]["vocab"] == 'a "b"\\c'
    assert tables["text"]["min-count"] == 5
    assert tables["text"]["lowercase"] is False
    assert "max-vocab" not in tables["text"]
    assert tables["context"]["sample"] == 1e-5
    assert tables["training"] == {"seed": 1, "threads": 2}


def test_paths_and_machine_details_are_not_stored():
    stored = Config(text=Text(vocab="words"), training=Training(threads=2)).stored()
    assert "vocab" not in stored["text"]
    assert stored["training"] == {"seed": 1}
    assert stored["text"]["tokenizer"] == "whitespace"
