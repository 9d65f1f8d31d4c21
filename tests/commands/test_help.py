"""The look of help: examples that run, and lines that fit a narrow terminal."""

from __future__ import annotations

import shlex

import click
import pytest

from embedkit.catalog import MODELS
from embedkit.cli import cli
from embedkit.commands import COMMANDS
from embedkit.commands._help import EXAMPLES, Context
from embedkit.commands.help_all import contexts

WITHOUT = {"cache", "completion", "help-all", "train"}  # commands whose help shows examples of its own, or needs none
PAGES = {context.command_path: context for context in contexts(cli, "embedkit")}


def test_every_command_has_an_example():
    assert set(EXAMPLES) == (set(COMMANDS) - WITHOUT) | {f"train {name}" for name in MODELS}


@pytest.mark.parametrize("path", EXAMPLES)
def test_examples_are_command_lines(path):
    page = PAGES[f"embedkit {path}"]
    found = page.command.make_context(path, shlex.split(EXAMPLES[path]), page.parent, resilient_parsing=True)
    assert not found.args
    assert f"\n  Example:\n    embedkit {path} {EXAMPLES[path]}\n" in page.get_help()


@pytest.mark.parametrize("path", PAGES)
def test_no_line_is_wider_than_sixty_columns(path):
    page = PAGES[path]
    narrow = Context(page.command, page.parent, page.info_name, terminal_width=60, max_content_width=60)
    wide = [
        line
        for line in narrow.get_help().split("\n")
        if len(line) > 60 and not line.startswith(("  embedkit ", "  ~/"))
    ]
    assert not wide


@pytest.mark.parametrize("name", MODELS)
def test_what_people_change_most_comes_first(name):
    help = PAGES[f"embedkit train {name}"].get_help()
    first = help.partition("\nCommon options:\n")[2].partition("\n\n")[0]
    assert first.startswith("  -o, --output OUT")
    assert first.count("\n  -") >= 2
    assert isinstance(PAGES[f"embedkit train {name}"].command, click.Command)
