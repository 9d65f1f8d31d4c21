"""What the tests of all commands share."""

import pytest


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
