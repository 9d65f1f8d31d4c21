"""Recipes are what `--config` reads: each says where it is from, what is expected of it, and what came out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from embedkit.catalog import MODELS
from embedkit.config import Config

FOLDER = Path(__file__).resolve().parents[1] / "data/recipes"
RECIPES = sorted(FOLDER.glob("*.toml"))
NAMES = {"book-rnn", "book-lstm", "small-tied", "small-variational", "book-better-lstm", "awd-lstm"}
NAMES |= {"shakespeare-char", "ptb-transformer", "imdb-mlm"}
NAMES |= {"seq2seq-copy-ntm", "seq2seq-addition", "seq2seq-dates", "seq2seq-g2p"}
TEXTS = r"ptb\.train\.txt(?: --valid ptb\.valid\.txt)?", r"copies\.tsv", r"(?:addition|date)-train\.txt"
TEXTS += (r"shakespeare-train\.txt --valid shakespeare-valid\.txt",)
TEXTS += (r"imdb-train\.txt --valid imdb-valid\.txt",)
TEXTS += (r"cmudict-train\.tsv\.gz --valid cmudict-valid\.tsv\.gz",)
HEADER = r"""# {name}: .+
#
# source: .+
(?:#   .+
)*# expected: .+
(?:#   .+
)*# measured: .+
(?:#   .+
)*# differs: .+
(?:#   .+
)*# run: (embedkit train (\S+) (?:{texts}) --config data/recipes/{name}\.toml -o (?:LM|M))

"""


def parts(path):
    """(the command in the header, its model, the tables)"""
    text = path.read_text("utf-8")
    header = re.match(HEADER.format(name=path.stem, texts="|".join(TEXTS)), text)
    assert header is not None, "the header has another form"
    return header[1].split(" "), header[2], text[header.end() :]


def test_all_are_there():
    assert {path.stem for path in RECIPES} == NAMES


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_tables_are_the_whole_configuration(run, path):
    command, model, tables = parts(path)
    assert MODELS[model].kind in ("language-model", "masked-language-model", "seq2seq")
    result = run("train", model, "--config", path, "--print-config")
    assert (result.code, result.err) == (0, "")
    assert result.out == tables


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_options_go_together(path):
    command, model, tables = parts(path)
    sections = MODELS[model].load().sections
    values = {
        name: {key.replace("-", "_"): value for key, value in table.items()}
        for name, table in tomllib.loads(tables).items()
    }
    values["training"]["valid"] = "a text" if "--valid" in command else None
    MODELS[model].load().check(Config(**{name: section(**values[name]) for name, section in sections.items()}))
