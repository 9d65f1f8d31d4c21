"""Cache folders."""

from __future__ import annotations

import os


def cache_folder(*parts: str) -> str:
    """The user's cache folder: $EMBEDKIT_CACHE, else $XDG_CACHE_HOME/embedkit, else ~/.cache/embedkit."""
    base = os.environ.get("EMBEDKIT_CACHE")
    if not base:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        base = os.path.join(home, "embedkit")
    return os.path.join(base, *parts)


def obstacle(folder: str) -> str:
    """The cause why no file can be made in `folder`, which is created if need be, with its name; "" without one."""
    import tempfile

    try:
        os.makedirs(folder, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return f"{folder}: {error.strerror}"
    return ""
