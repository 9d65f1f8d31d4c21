"""What the tests of the documents share: finding the blocks of a page, running them, comparing what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import _warm
import pytest
from _said import without_compiling

ROOT = Path(__file__).resolve().parents[1]
NUMBER = re.compile(r"-?\d+\.\d+")
SPEED = re.compile(r"[\d,]+ (words|tokens|pairs)/s")
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """A line of bash and what the page says it prints."""

    command: str
    output: str


def steps(text: str, *languages: str) -> list[Step]:
    """What the blocks of these languages do, in the order of the page.

    In a `console` block each `$` line is a command, and what follows is its output. A `python` block is one script; a
    `text` block right behind it is its output.
    """
    found = []
    for language, block, output in BLOCK.findall(text):
        if language not in languages:
            continue
        if language == "python":
            found.append(Step(f"{shlex.quote(sys.executable)} -c {shlex.quote(block)}", output))
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            found.append(Step(*part.partition("\n")[::2]))
    return found


class Shell:
    """Runs lines of bash in a folder where `embedkit` is, and `data/` and `docs/` as in a checkout; stderr is part of
    what they print, but for the line that says that kernels are compiled."""

    def __init__(self, folder: Path):
        programs, self.folder = folder / "bin", folder / "work"
        programs.mkdir()
        self.folder.mkdir()
        for name in ("data", "docs"):
            (self.folder / name).symlink_to(ROOT / name)
        self.environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "EMBEDKIT_CACHE": str(folder / "cache"),
        }
        # The documents show the program as people run it; without the compiler the treebank would take an hour.
        self.environment.pop("NUMBA_DISABLE_JIT", None)
        self._link = _warm.server(self.environment).fileno()
        (programs / "embedkit").write_text(_warm.PROGRAM.format(python=sys.executable, link=self._link))
        (programs / "embedkit").chmod(0o755)

    def __call__(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[self._link],
        )
        return without_compiling(done.stdout.decode())

    def check(self, steps: list[Step]) -> None:
        """Run `steps` one after another; each must print what the page says."""
        assert steps
        for command, expected in steps:
            printed = self(command)
            assert agree(expected, printed), f"$ {command}\n{printed}"

    def check_first_words(self, steps: list[Step]) -> None:
        """As `check`, but of each line the first word alone: what a language model says depends on the processor, what
        kind of thing it says does not."""
        assert steps
        for command, expected in steps:
            printed = self(command)
            first = [[line.split()[:1] for line in text.splitlines()] for text in (printed, expected)]
            assert first[0] == first[1], f"$ {command}\n{printed}"
            assert "Error:" not in printed, f"$ {command}\n{printed}"


def cells(text: str) -> list[list[str]]:
    """Lines as cells, a table on a terminal and tab-separated lines alike; an empty cell is '-' in the table. Speeds,
    which no two runs share, are left out."""
    text = SPEED.sub(r"\1/s", text.replace(" - ", " "))
    lines = [line.strip(" \t\r").replace(",", "") for line in text.split("\n")]
    return [[cell for cell in re.split("[ \t]+", line) if cell != "-"] for line in lines if line]


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
