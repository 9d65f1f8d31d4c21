"""The tutorial is true: every command of every chapter runs, in its order, and its figures are those it draws."""

from __future__ import annotations

import json
import re

import pytest
from _docs import ROOT, Shell, steps

FOLDER = ROOT / "docs/tutorial"
CHAPTERS = sorted(FOLDER.glob("[1-9]*-*.md"), key=lambda path: int(path.name.partition("-")[0]))


@pytest.mark.tutorial
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_commands_run_as_written(path, tmp_path):
    """Chapters of counting and word vectors print what the page says; of language models, lines of that kind."""
    pytest.importorskip("matplotlib")
    page, shell = path.read_text("utf-8"), Shell(tmp_path)
    for languages, check in ((("console", "python"), shell.check), (("console lm",), shell.check_first_words)):
        if found := steps(page, *languages):
            check(found)
    for name in re.findall(r"\(figures/(.*?)\)", page):
        assert (shell.folder / name).read_bytes().startswith(b"<?xml")


def test_correlations_of_svd(run, tmp_path):
    """Those of vectors from counts are the same on every processor, to the last digit but one."""
    page = (FOLDER / "3-svd.md").read_text("utf-8")
    shown = re.findall(r"^svd-(\d+)\.safetensors\tspearman\t(.*)$", page, re.MULTILINE)
    assert [dim for dim, _ in shown] == ["5", "20", "50", "100", "200"]
    for dim, value in shown[:2]:
        train = ("train", "svd", ROOT / "data/sample.txt", "--dim", dim, "-o", tmp_path / dim, "--no-cache", "-q")
        assert run(*train).code == 0
        printed = run("evaluate", tmp_path / dim, "--pairs", ROOT / "data/sample-pairs.tsv", "--json").out
        assert json.loads(printed.split("\n")[0])["value"] == pytest.approx(float(value), abs=2e-5)


def test_chapters_are_numbered_and_listed():
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [int(path.name.partition("-")[0]) for path in CHAPTERS] == [*range(1, 13)]
    assert re.findall(r"\]\((\d+-.*?\.md)\)", index) == [path.name for path in CHAPTERS]


def test_every_figure_is_shown_and_small():
    shown = {name for path in CHAPTERS for name in re.findall(r"\(figures/(.*?)\)", path.read_text("utf-8"))}
    assert {path.name for path in (FOLDER / "figures").iterdir()} == shown
    assert all(path.stat().st_size < 100_000 for path in (FOLDER / "figures").iterdir())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_its_parts(path):
    page = path.read_text("utf-8")
    assert [part for part in ("## Exercise", "## Sources") if part not in page] == []
