"""One dataclass is the flags, the TOML and the metadata."""

from __future__ import annotations

import tomllib

import pytest

from embedkit.config import Config, Text, Training, read_toml, toml


def test_toml_says_what_the_tables_say():
    text = {"vocab": 'a "b"\\c\x7f\n', "min-count": 5, "lowercase": False, "nfc": True, "joiner": "한"}
    tables = {"text": text, "context": {"sample": 1e-5}, "training": {"valid-pairs": ("a", "b")}}
    assert tomllib.loads(toml(tables)) == tables | {"training": {"valid-pairs": ["a", "b"]}}
    assert toml({}) == ""


def test_toml_that_is_read():
    tables = {"text": {"vocab": "0.5, 1.5, " * 99}}
    assert read_toml(toml(tables)) == tables
    assert read_toml(".".join("a" * 15) + " = 1")
    assert read_toml("a = '" + "b." * 15 + "'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".".join("a" * 17) + " = 1", "keys have more than 16 parts"),
        ("[" + " . ".join(["a", '"b.c"', "'d'", "-"] * 5) + "]", "keys have more than 16 parts"),
        ("b = {" + ".".join("a" * 17) + " = 1}", "keys have more than 16 parts"),
        ("a = " + "{a = " * 5000, "lists and tables are nested too deeply"),
        ("a = " + "1" * 5000, "Exceeds the limit"),
        ("#" * (1 << 18) + "\n", "it is longer than 262144 characters"),
        ("a", "Expected '='"),
    ],
)
def test_toml_that_is_refused(text, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_toml(text)
    assert "\n" not in str(caught.value)


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
