"""The temporary file beside an output; a lock on it tells a run that lives from one that was killed."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
from contextlib import suppress


def create(target: str) -> tuple[int, str]:
    """(descriptor, path) of a new file beside `target`; first, what killed runs have left there is removed."""
    folder, name = os.path.split(target)
    # A name as long as the file system allows leaves no room for more.
    stem = f".{os.fsdecode(os.fsencode(name)[:200])}."
    _sweep(folder, stem)
    for attempt in itertools.count():
        path = os.path.join(folder, f"{stem}{os.getpid()}{f'.{attempt}' if attempt else ''}.tmp")
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            continue
        with suppress(OSError):  # a file system without locks: nobody can sweep there either
            fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:
            break
        os.close(fd)  # swept away between the two lines above
    return fd, path


def _sweep(folder: str, stem: str) -> None:
    pattern = re.compile(re.escape(stem) + r"\d+(\.\d+)?\.tmp")
    with suppress(OSError):  # a folder that may not be listed is not swept
        for name in filter(pattern.fullmatch, os.listdir(folder)):
            _remove_unlocked(os.path.join(folder, name))


def _remove_unlocked(path: str) -> None:
    with suppress(OSError):  # locked by a run that lives, somebody else's, or gone by now
        fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
        finally:
            os.close(fd)
