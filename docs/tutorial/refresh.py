"""Runs the commands of the tutorial again: what they print goes into its pages, what they draw into figures/.

`python docs/tutorial/refresh.py [PAGE.md ...]`, or `make figures` for all of them.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from _docs import BLOCK, Shell, steps  # noqa: E402


def refresh(path: Path) -> None:
    """Run one page, in a folder of its own."""

    def run(match: re.Match) -> str:
        block, language = match[0], match[1]
        if language not in ("console", "console lm", "python"):
            return block
        done = [(step.command, printed(shell, step.command)) for step in steps(block, language)]
        if language != "python":
            return f"```{language}\n" + "".join(f"$ {command}\n{output}" for command, output in done) + "```"
        script, _, shown = block.partition("\n\n```text\n")
        return script + (f"\n\n```text\n{done[0][1]}```" if shown else "")

    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(Path(folder))
        page = BLOCK.sub(run, path.read_text("utf-8"))
        path.write_text(page, "utf-8")
        for name in re.findall(r"\(figures/(.*?)\)", page):
            shutil.copy(shell.folder / name, HERE / "figures" / name)


def printed(shell: Shell, command: str) -> str:
    """What a command prints, tables as a terminal shows them."""
    if re.match("embedkit (evaluate|perplexity)", command) and "|" not in command:
        command = f"script -qec {shlex.quote(command)} /dev/null"
    return shell(command).replace("\r", "")


def chapter(path: Path) -> int:
    """The number that a page begins with."""
    return int(path.name.partition("-")[0])


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:] or sorted(HERE.glob("[1-9]*-*.md"), key=chapter)):
        sys.stderr.write(f"{page}\n")
        refresh(page)
