"""The tutorial is true: every command of every chapter runs, in its order, and its figures are those it draws."""

from __future__ import annotations

import re
import shutil

import pytest
from _docs import ROOT, Shell, steps

FOLDER = ROOT / "docs/tutorial"
CHAPTERS = sorted(FOLDER.glob("[1-9]-*.md"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_commands_run_as_written(path, tmp_path):
    """Chapters of counting and word vectors print what the page says; of language models, lines of that kind."""
    pytest.importorskip("matplotlib")
    page, shell = path.read_text("utf-8"), Shell(tmp_path)
    for log in FOLDER.glob("*.jsonl"):
        shutil.copy(log, shell.folder)
    for languages, check in ((("console", "python"), shell.check), (("console lm",), shell.check_first_words)):
        if found := steps(page, *languages):
            check(found)
    for name in re.findall(r"\(figures/(.*?)\)", page):
        assert (shell.folder / name).read_bytes().startswith(b"<?xml")


def test_chapters_are_numbered_and_listed():
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [path.name[0] for path in CHAPTERS] == list("12345678")
    assert re.findall(r"\]\((\d-.*?\.md)\)", index) == [path.name for path in CHAPTERS]


def test_every_figure_is_shown_and_small():
    shown = {name for path in CHAPTERS for name in re.findall(r"\(figures/(.*?)\)", path.read_text("utf-8"))}
    assert {path.name for path in (FOLDER / "figures").iterdir()} == shown
    assert all(path.stat().st_size < 100_000 for path in (FOLDER / "figures").iterdir())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_its_parts(path):
    page = path.read_text("utf-8")
    assert [part for part in ("## Exercise", "## Sources") if part not in page] == []
