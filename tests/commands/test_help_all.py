"""`help-all`, man pages and `--version`: everything is in them, and nothing depends on where they are printed."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import version

import click
import pytest
from threadpoolctl import threadpool_info

from embedkit import __version__, commands
from embedkit.catalog import MODELS
from embedkit.cli import cli
from embedkit.commands import _man, _version

NAMES = ["", *commands.COMMANDS, *(f"train {name}" for name in MODELS)]


def pages(run) -> dict[str, str]:
    """The help of each command by its name, without line ends."""
    result = run("help-all")
    assert (result.code, result.err) == (0, "")
    found = {}
    for page in result.out.split(f"\n\n{'=' * 100}\n\n"):
        assert page.startswith("Usage: embedkit")
        found[page.removeprefix("Usage: embedkit").split("[OPTIONS]")[0].strip()] = page
    return found


def called(name: str) -> click.Command:
    command = cli
    for word in name.split():
        command = command.get_command(None, word)
    return command


def bold(page: str) -> set[str]:
    """The first word of each of the terms, and what stands behind a comma or slash."""
    return set(re.findall(r"(?:^\\fB|, | / )(-[^ ,\\]+)", page, re.MULTILINE))


def test_every_command_and_option(run):
    found = pages(run)
    assert sorted(found) == sorted(NAMES)
    for name, page in found.items():
        command = called(name)
        assert command.help[:20] in page
        for param in command.params:
            if isinstance(param, click.Option):
                assert all(f"{flag}" in page for flag in (*param.opts, *param.secondary_opts)), (name, param.name)


def test_whatever_the_terminal(process):
    narrow, wide = (process("help-all", COLUMNS=columns).out for columns in ("40", "250"))
    assert narrow == wide
    lines = narrow.split("\n")
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) == 100


def test_man_pages(run, tmp_path):
    assert run("help-all", "--man", tmp_path / "made/man1") == (0, "", "", b"")
    found = {path.name: path.read_text() for path in (tmp_path / "made/man1").iterdir()}
    assert sorted(found) == sorted(f"embedkit {name}".strip().replace(" ", "-") + ".1" for name in NAMES)
    assert found["embedkit-train-svd.1"].startswith(
        f'.TH EMBEDKIT\\-TRAIN\\-SVD 1 "" "embedkit {__version__}"\n.ad l\n.nh\n'
        ".SH NAME\nembedkit\\-train\\-svd \\- Truncated SVD of PPMI: dense vectors from counts.\n"
        ".SH SYNOPSIS\n\\fBembedkit train svd\\fR [OPTIONS] INPUT...\n"
        ".SH DESCRIPTION\n.PP\n.nf\nExample:\n  embedkit train svd corpus.txt \\-o vectors \\-\\-dim 300\n.fi\n"
        ".PP\nTruncated SVD of PPMI: dense vectors from counts.\n.PP\nINPUT is text"
    )
    assert "\n\\fBsvd\\fR\nTruncated SVD of PPMI" in found["embedkit-train.1"]
    line = "\nembedkit\\-diff \\- Compare two models: words lost and gained, drift, neighbours.\n"
    assert line in found["embedkit-diff.1"]
    assert "\n.SH MODEL\n.TP\n\\fB\\-\\-" in found["embedkit-train-svd.1"]
    assert ".PP\n.nf\nembedkit train skipgram corpus.txt \\-o" in found["embedkit-train.1"]
    for name in NAMES:
        made = found[f"embedkit {name}".strip().replace(" ", "-") + ".1"].replace("\\-", "-")
        for param in called(name).params:
            assert not isinstance(param, click.Option) or set(param.opts) <= bold(made), (name, param.name)


@pytest.mark.parametrize("text", [".SH x", "'x", "a\\b", "--x"])
def test_man_pages_say_what_the_help_says(text):
    formatter = _man.Roff()
    formatter.write_text(text)
    (line,) = formatter.getvalue().split("\n")[1:-1]
    assert line.removeprefix("\\&")[0] == text[0] if text[0] != "-" else line == "\\-\\-x"
    assert not line.startswith((".", "'"))
    assert line.removeprefix("\\&").replace("\\e", "\\").replace("\\-", "-") == text


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("man") is None, reason="needs man-db")
def test_man_takes_them_without_warnings(run, tmp_path):
    run("help-all", "--man", tmp_path)
    for path in tmp_path.iterdir():
        shown = subprocess.run(["man", "--warnings", "-P", "cat", "-l", path], capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "SYNOPSIS" in shown.stdout


def test_a_folder_that_is_a_file(run, tmp_path):
    (tmp_path / "file").touch()
    assert run("help-all", "--man", tmp_path / "file").err == f"Error: {tmp_path / 'file'}: File exists\n"


def test_version(run):
    first, *rest = run("--version").out.split("\n")[:-1]
    assert first == f"embedkit {__version__}"
    assert {f"numpy {version('numpy')}", f"numba {version('numba')}"} <= set(rest)
    for blas in (pool for pool in threadpool_info() if pool["user_api"] == "blas"):
        start = f"BLAS {blas['internal_api']} {blas['version']}, {blas['architecture']} kernel, "
        assert any(line.startswith(start) for line in rest)


def test_version_of_a_blas_that_cannot_be_asked(monkeypatch):
    monkeypatch.setattr("threadpoolctl.threadpool_info", list)
    (line,) = _version._blas()
    assert line.startswith("BLAS ")
    assert "kernel" not in line


def test_version_without_numpy(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "threadpoolctl", None)
    result = run("--version")
    assert (result.code, result.err) == (0, "")
    assert result.out.split("\n")[-2].startswith("BLAS unknown: ")


@pytest.mark.parametrize("words", [("--version", "train"), ("--version", "-h")])
def test_version_comes_first(run, words):
    assert run(*words).out.startswith(f"embedkit {__version__}\n")


@pytest.mark.parametrize("flag", ["--init", "--freeze", "--from", "--to"])
def test_what_many_have_is_declared_once(flag):
    params = [param for name in NAMES for param in called(name).params if flag in param.opts]
    told = {param.help for param in params if not isinstance(param.type, click.Choice)}
    assert len(params) > 4
    assert len(told) == 1, told
