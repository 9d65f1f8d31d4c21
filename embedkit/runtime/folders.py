"""Where embedkit keeps what it can make again."""

from __future__ import annotations

import os


def cache_folder(*parts: str) -> str:
    """The user's cache folder: $EMBEDKIT_CACHE, else $XDG_CACHE_HOME/embedkit, else ~/.cache/embedkit."""
    base = os.environ.get("EMBEDKIT_CACHE")
    if not base:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        base = os.path.join(home, "embedkit")
    return os.path.join(base, *parts)


def writable(folder: str) -> bool:
    """Whether files can be made in `folder`, which is created if need be."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
