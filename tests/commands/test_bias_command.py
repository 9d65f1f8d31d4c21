"""`embedkit bias`: rows, words that are missing, and what is refused."""

from __future__ import annotations

import json

import pytest
from _refused import refused

TOML = """
[royal-fruit]
targets.royal = ["king", "queen", "xyzzy"]
targets.fruit = ["apple", "pear"]
attributes.male = ["man", "king"]
attributes.female = ["woman", "queen"]

[alone]
words = ["plum"]
attributes.male = ["man", "king"]
attributes.female = ["woman", "queen"]

[few]
targets.a = ["king", "nobody"]
targets.b = ["apple", "pear"]
attributes.male = ["man", "king"]
attributes.female = ["woman", "queen"]
"""


@pytest.fixture
def sets(tmp_path):
    (tmp_path / "sets.toml").write_text(TOML)
    return tmp_path / "sets.toml"


def test_rows(run, toy_file, sets):
    got = run("bias", toy_file, "--sets", sets, "--test", "royal-fruit", "--test", "alone")
    assert (got.code, got.err) == (0, "royal-fruit: without xyzzy\n")
    header, weat, single = got.rows
    assert header[:6] == ["test", "first", "second", "attributes", "effect", "p"]
    assert weat[:4] == ["royal-fruit", "royal", "fruit", "male, female"]
    assert weat[6:] == ["6", "exact", "8", "9"]
    assert single[:3] == ["alone", "plum", ""]
    rows = run("bias", toy_file, "--sets", sets, "--test", "royal-fruit", "--each", "--json", "-q").out.splitlines()
    assert [(row["first"], row["second"]) for row in map(json.loads, rows)] == [
        ("king", "royal"), ("queen", "royal"), ("apple", "fruit"), ("pear", "fruit"),
    ]  # fmt: skip


def test_too_few_words(run, toy_file, sets):
    got = run("bias", toy_file, "--sets", sets)
    assert (got.code, len(got.rows)) == (3, 3)
    assert "few: fewer than 2 words of a are in the vocabulary\n" in got.err
    got = run("bias", toy_file, "-q")
    assert (got.code, got.out, got.err) == (3, "", "")


def test_what_is_refused(run, toy_file, sets, tmp_path):
    refused(run("bias", toy_file, "--sets", sets, "--test", "none"), "no test 'none'", code=2)
    refused(run("bias", toy_file, "--sets", tmp_path / "none"), f"{tmp_path / 'none'}: no such file")
    refused(run("bias", toy_file, "--sets", toy_file), f"{toy_file}: ")
