"""`help-all` and `--version`: everything is in them, and nothing depends on where they are printed."""

from __future__ import annotations

from importlib.metadata import version

import click
import pytest
from threadpoolctl import threadpool_info

from embedkit import __version__, commands
from embedkit.catalog import MODELS
from embedkit.cli import cli
from embedkit.commands import _version

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


def test_every_command_and_option(run):
    found = pages(run)
    assert sorted(found) == sorted(NAMES)
    for name, page in found.items():
        command = cli
        for word in name.split():
            command = command.get_command(None, word)
        assert command.get_short_help_str(20).removesuffix("...").strip() in page
        for param in command.params:
            if isinstance(param, click.Option):
                assert all(f"{flag}" in page for flag in (*param.opts, *param.secondary_opts)), (name, param.name)


def test_whatever_the_terminal(process):
    narrow, wide = (process("help-all", COLUMNS=columns).out for columns in ("40", "250"))
    assert narrow == wide
    lines = narrow.split("\n")
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) == 100


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
