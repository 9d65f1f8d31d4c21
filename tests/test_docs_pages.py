"""The pages in docs/ are true: their commands and scripts run as written, their tables say what the code does."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from importlib import import_module

import pytest
from _docs import ROOT, Shell, steps
from _language_models import LANGUAGE_MODELS

from embedkit.catalog import MODELS
from embedkit.config import PlainText, Training
from embedkit.neural.language.options import GATED_RATES
from embedkit.text.tokenize import TOKENIZERS, words
from embedkit.vectors.formats import FORMATS

PAGES = sorted((ROOT / "docs").glob("*.md"))
FORMATS_PAGE, TEXT_PAGE, PROMISES_PAGE, LM_PAGE = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("formats", "text", "promises", "lm")
)


def rows(page: str, *header: str) -> list[list[str]]:
    """The cells of the table that starts with the columns `header`, without its first two lines."""
    start = page.index(f"| {' | '.join(header)} |")
    table = page[start : page.index("\n\n", start)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")[2:]]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_blocks_run_as_written(path, tmp_path):
    page = path.read_text("utf-8")
    if "```console\n" in page or "```python" in page:
        Shell(tmp_path).check(steps(page, "console", "python"))


def test_language_models_run_as_written(tmp_path):
    Shell(tmp_path).check_first_words(steps(LM_PAGE, "console lm"))


def test_reading_the_native_file_takes_numpy_alone():
    (script,) = re.findall(r"^```python\n(.*?)^```", FORMATS_PAGE, re.MULTILINE | re.DOTALL)
    imports = [node for node in ast.walk(ast.parse(script)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imports] == ["import json", "import numpy as np"]


def test_the_table_of_formats():
    table = {cells[0].strip("`"): cells[1:] for cells in rows(FORMATS_PAGE, "name", "what it is")}
    assert set(table) == {format.NAME for format in FORMATS}
    for format in FORMATS:
        _, read, written, lost = table[format.NAME]
        assert (read == "yes") == (format.NAME not in ("glove-bin", "safetensors"))
        assert (written == "not written") == (not format.WRITABLE)
        assert all(f"`{suffix}`" in written for suffix in format.SUFFIXES if suffix)
        if format.WRITABLE:
            assert set(lost.split(", ")) == ({part.name for part in format.LOSES} or {"nothing"})


def test_the_table_of_words():
    table = rows(TEXT_PAGE, "as written", "words")
    assert len(table) > 10
    for written, split in table:
        assert words(written.strip("`")) == re.findall("`([^`]*)`", split)


def test_every_tokenizer_is_explained():
    assert all(f"`--tokenizer {name}`" in TEXT_PAGE for name in TOKENIZERS)


def test_every_option_of_text_and_counting_is_explained():
    from embedkit.config import Context, Text
    from embedkit.count.svd import Svd

    for options in (Text, Context, Svd):
        for name in options.__dataclass_fields__:
            flag = name.replace("_", "-")
            assert re.search(rf"--(no-)?{flag}\b", TEXT_PAGE), flag


def test_every_option_of_language_models_is_explained():
    for name in (*LANGUAGE_MODELS, "transformer"):
        sections = MODELS[name].load().sections
        for field in (*fields(sections["model"]), *fields(sections["training"])):
            if field.name not in ("seed", "threads"):
                assert f"--{field.name.replace('_', '-')}" in LM_PAGE, field.name


def test_the_table_of_optimizers():
    for names, rates, _ in rows(LM_PAGE, "`--optimizer`", "`--lr`"):
        names, rates = re.findall("`([^`]*)`", names), [float(rate) for rate in rates.split(", ")]
        assert [GATED_RATES[name] for name in names] == (rates if len(rates) > 1 else rates * len(names))
    assert all(f"`{name}`" in LM_PAGE for name in GATED_RATES)


def test_promises_are_held_by_tests_that_exist():
    known: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
        known[path.relative_to(ROOT / "tests").as_posix()] = {function.name for function in functions}
    promises = re.findall(r"^\| (?!promise |---)(.*) \|$", PROMISES_PAGE, re.MULTILINE)
    assert len(promises) > 20
    for promise in promises:
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", promise)
        assert named, promise
        for file, test in named:
            assert test in known.get(file, ()), f"{file}::{test}"


@pytest.mark.parametrize(("page", "model"), [("word2vec", "cbow"), ("glove", "glove")])
def test_every_option_of_vector_models_is_explained(page, model):
    page = (ROOT / f"docs/{page}.md").read_text("utf-8")
    for section in ("context", "model", "training"):
        for name in MODELS[model].load().sections[section].__dataclass_fields__:
            assert f"`--{name.replace('_', '-')}" in page, name


@pytest.mark.parametrize("model", ["lsa", "doc2vec"])
def test_every_option_of_documents_is_explained(model):
    page = (ROOT / "docs/documents.md").read_text("utf-8")
    sections = MODELS[model].load().sections
    own = [f for section in sections.values() for f in fields(section)]
    common = {f.name for f in fields(PlainText)} | {f.name for f in fields(Training)}
    for name in {f.name for f in own} - common:
        assert f"`--{name.replace('_', '-')}" in page, name


def test_every_option_of_classifiers_is_explained():
    page = (ROOT / "docs/classify.md").read_text("utf-8")
    sections = MODELS["classifier"].load().sections
    own = {f.name for section in sections.values() for f in fields(section)} - {f.name for f in fields(PlainText)}
    for name in own - {f.name for f in fields(Training)}:
        assert f"--{name.replace('_', '-')}" in page, name


def test_every_option_of_the_verbs_is_explained():
    page = (ROOT / "docs/transform.md").read_text("utf-8")
    common = {"out", "target", "source_format", "output", "as_json", "config", "print_config", "quiet"}
    for verb in ("select", "postprocess", "merge", "align", "diff", "quantize"):
        start = page.index(f"\n## {verb}\n")
        section = page[start : (page + "\n## ").index("\n## ", start + 1)]
        for param in import_module(f"embedkit.commands.{verb}").command.params:
            if param.param_type_name == "option" and param.name not in common:
                assert any(flag in section for flag in (*param.opts, *param.secondary_opts)), (verb, param.name)
