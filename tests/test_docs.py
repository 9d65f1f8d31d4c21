"""The documents are true: every command in them runs as written and prints what they say."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from embedkit.catalog import MODELS
from embedkit.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
NUMBER = re.compile(r"-?\d+\.\d+")


def commands(text: str, language: str) -> list[tuple[str, str]]:
    """(command, expected output) of every `$` line in the blocks of this language."""
    found = []
    for block in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def cells(text: str) -> list[list[str]]:
    """Lines as cells, a table on a terminal and tab-separated lines alike; an empty cell is '-' in the table."""
    rows = [[c.replace(",", "") for c in line.split()] for line in text.replace(" - ", " ").split("\n")]
    return [[cell for cell in row if cell != "-"] for row in rows if row]


def agree(shown: str, printed: str) -> bool:
    """Equal but for the last digits of numbers, which depend on the processor."""
    if len(cells(shown)) != len(cells(printed)):
        return False
    for a, b in zip(cells(shown), cells(printed)):
        numbers = [list(map(float, NUMBER.findall(" ".join(row)))) for row in (a, b)]
        if NUMBER.sub("#", " ".join(a)) != NUMBER.sub("#", " ".join(b)) or numbers[0] != pytest.approx(
            numbers[1], abs=0.02
        ):
            return False
    return True


@pytest.fixture
def shell(tmp_path):
    """Run a line of bash where `embedkit` and `data/` are."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "embedkit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m embedkit "$@"\n')
    (programs / "embedkit").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "data").symlink_to(ROOT / "data")
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
           "EMBEDKIT_CACHE": str(tmp_path / "cache")}  # fmt: skip

    def call(command: str) -> str:
        done = subprocess.run(["bash", "-c", command], cwd=work, env=env, stdout=-1, stderr=subprocess.STDOUT)
        return done.stdout.decode()

    call.folder = work
    return call


def check(shell, blocks):
    assert blocks
    for command, expected in blocks:
        printed = shell(command)
        assert agree(expected, printed), f"$ {command}\n{printed}"


def test_readme_commands(shell):
    check(shell, commands(README, "console"))


def test_readme_penn_treebank(shell, shared):
    ptb = shared / "data/ptb/ptb.train.txt"
    assert hashlib.sha256(ptb.read_bytes()).hexdigest() in README
    for path in (ptb, shared / "data/eval/EN-WS-353-ALL.txt", shared / "data/eval/questions-words.txt"):
        shutil.copy(path, shell.folder)
    check(shell, commands(README, "console ptb"))


def test_a_wrong_output_would_be_noticed():
    assert not agree("paris\tberlin\t0.86\n", "paris\tlondon\t0.86\n")
    assert not agree("paris\tberlin\t0.86\n", "paris\tberlin\t0.80\n")
    assert not agree("a\n", "a\nb\n")


def test_every_command_and_model_is_in_the_readme():
    for name in COMMANDS:
        assert re.search(rf"`(embedkit )?{name}\b", README), name
    for name in MODELS:
        assert f"`{name}`" in README


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
