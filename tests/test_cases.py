"""Ordinary runs take the same cases."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from _cases import is_wide
from hypothesis import given, settings
from hypothesis import strategies as st


def taken() -> list:
    found = []

    @settings(max_examples=300)
    @given(st.one_of(st.integers(), st.binary(), st.floats()))
    def take(value):
        found.append(repr(value))

    take()
    return found


@pytest.mark.skipif(is_wide(), reason="a wide search takes others")
def test_cases_are_the_same_whatever_has_run_before(tmp_path, monkeypatch):
    """A module that another test has loaded gives hypothesis no constants; cases that failed are not kept for later."""
    first = taken()
    path = tmp_path.parent.parent / "constants_of_some_module.py"
    path.write_text("".join(f"x{i} = ({i * 7919}, b'some {i}', {i}.125)\n" for i in range(100)))
    spec = importlib.util.spec_from_file_location("constants_of_some_module", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    assert taken() == first
    assert settings().database is None
    assert settings().deadline is None


# Seeds that the system gives, and the time of day inside of packed files.
FRESH = re.compile(
    r"os\.urandom|default_rng\(\)|Random\(\)|\brandom\.(?:random|seed|choice|shuffle)\(|\buuid\b|\bsecrets\b"
    r"|gzip\.(?:compress|open)\((?!.*mtime=0)|writestr\((?!zipfile\.ZipInfo)"
)


def test_tests_draw_from_no_fresh_randomness():
    files = [path for path in Path(__file__).parent.rglob("*.py") if path != Path(__file__)]
    assert len(files) > 100
    assert [path.name for path in files if FRESH.search(path.read_text("utf-8"))] == []
