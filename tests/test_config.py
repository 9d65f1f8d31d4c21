"""One dataclass is the flags, the TOML and the metadata."""

from __future__ import annotations

import tomllib

from embedkit.config import Config, Context, Text, Training


def test_toml_says_what_the_dataclasses_say():
    config = Config(text=Text(vocab='a "b"\\c'), context=Context(sample=1e-5), training=Training(threads=2))
    tables = tomllib.loads(config.toml())
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
