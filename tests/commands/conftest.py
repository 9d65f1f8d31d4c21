"""What the tests of all commands share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path_factory) -> Path:
    """The folder of encoded texts, one for each test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EMBEDKIT_CACHE", str(folder))
    return folder / "ids"


@pytest.fixture
def text(request, tmp_path) -> Path:
    """A file with the TEXT of the module that asks."""
    path = tmp_path / "text.txt"
    path.write_text(request.module.TEXT, "utf-8")
    return path
