"""Every line of docs/python.md, run."""

from __future__ import annotations

import doctest
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_line_runs_as_written(tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS
    failed, tried = doctest.testfile(str(ROOT / "docs/python.md"), module_relative=False, optionflags=flags)
    assert (failed, tried > 20) == (0, True)
