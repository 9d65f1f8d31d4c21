"""The README is true: every command in it runs as written and prints what it says. Links of all pages lead on."""

from __future__ import annotations

import hashlib
import json
import re
import shutil

import pytest
from _docs import ROOT, Shell, agree, steps

from embedkit.catalog import MODELS
from embedkit.commands import COMMANDS

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


def test_readme_commands(shell):
    shell.check(steps(README, "console"))


def test_readme_penn_treebank(shell, shared):
    ptb = shared / "data/ptb/ptb.train.txt"
    assert hashlib.sha256(ptb.read_bytes()).hexdigest() in README
    for path in (ptb, shared / "data/eval/EN-WS-353-ALL.txt", shared / "data/eval/questions-words.txt"):
        shutil.copy(path, shell.folder)
    shell.check(steps(README, "console ptb"))


def test_readme_language_models(shell):
    shell.check_first_words(steps(README, "console lm"))


@pytest.mark.slow
def test_readme_language_model_of_the_penn_treebank(shell, shared):
    for part in ("train", "valid", "test"):
        shutil.copy(shared / f"data/ptb/ptb.{part}.txt", shell.folder)
    shell.check_first_words(steps(README, "console ptb lm"))
    printed = shell("embedkit perplexity ptb-lm.safetensors ptb.test.txt --json")
    assert json.loads(printed.splitlines()[0])["perplexity"] < 140


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_tables_are_shown_as_they_are_printed(path):
    """As on a terminal where evaluate, perplexity or info has the last word, with tabs behind a pipe."""
    page = path.read_text("utf-8")
    for command, output in steps(page, "console", "console lm", "console ptb", "console ptb lm"):
        table = re.search(r"embedkit (?:evaluate|perplexity|info) ([^\n]*)", command)
        if table and "--json" not in command:
            is_piped = "|" in table[1] or ">" in table[1]
            assert not re.search("^(model|text) +\\w" if is_piped else "\t", output, re.MULTILINE), command


def test_a_wrong_output_would_be_noticed():
    assert not agree("paris\tberlin\t0.86\n", "paris\tlondon\t0.86\n")
    assert not agree("paris\tberlin\t0.86\n", "paris\tberlin\t0.80\n")
    assert not agree("a\n", "a\nb\n")


def test_blocks_are_found():
    page = "```console\n$ a\n1\n2\n$ b\n```\n\n```python\nx\n```\n\n```text\n3\n```\n\n```sh\nc\n```\n"
    assert [step.output for step in steps(page, "console")] == ["1\n2\n", ""]
    assert [step.output for step in steps(page, "console", "python")] == ["1\n2\n", "", "3\n"]
    assert steps(page, "console")[0].command == "a"


def test_every_command_and_model_is_in_the_readme():
    for name in COMMANDS:
        assert re.search(rf"`(embedkit )?{name}\b", README), name
    for name in MODELS:
        assert f"`{name}`" in README


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path):
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", path.read_text("utf-8")):
        page = path.parent / target if target else path
        assert page.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)", page.read_text("utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
