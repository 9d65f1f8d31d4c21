"""The memory limit of a run, and the check that the next step fits.

Estimates are of what a run allocates beside the program itself (about 100M). Pages of mapped files are not counted: the
system takes them back when it needs them.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import EmbedkitError
from ..units import readable
from .progress import Progress

if TYPE_CHECKING:
    from ..io.spool import Spool

SHARE = 8  # of the limit for each of the long arrays that a run has at a time
FEWER = "--max-vocab N keeps the most frequent words; a smaller model, or less text, needs less"
MUCH = 256 << 20  # bytes worth a line on stderr


class Memory:
    """The memory of a run.

    limit : bytes that it may hold; --max-memory, or what is free; None where nobody knows
    vocab : bytes that counting the words of a text may take; --max-vocab-memory, or a share of `limit`
    """

    def __init__(self, limit: int | None = None, vocab: int | None = None):
        self.is_given, self.limit = limit is not None, available() if limit is None else limit
        self.vocab = vocab if vocab is not None or self.limit is None else self.limit // 4

    def spool(self, dtype) -> Spool:
        """A long array, in memory as long as it is a small share of the limit."""
        from ..io.spool import Spool  # numpy, which --help must not load

        return Spool(dtype, None if self.limit is None else self.limit // SHARE)

    def kept(self, size: int) -> int:
        """Of the `size` bytes of such an array, those that are in memory."""
        return size if self.limit is None or size <= self.limit // SHARE else 0

    def need(self, progress: Progress, what: str, size: int, hint: str) -> None:
        """Say that `what` is about to take `size` bytes; EmbedkitError with `hint` if that is more than the limit."""
        progress.event("memory", needed=size, limit=self.limit)
        if self.limit is not None and size > self.limit:
            there = f"--max-memory is {readable(self.limit)}" if self.is_given else f"{readable(self.limit)} is free"
            more = "" if self.is_given else "; --max-memory SIZE says what may be used all the same"
            raise EmbedkitError(f"{what} needs about {readable(size)} of memory; {there}", hint + more)
        if size >= MUCH:
            progress.say(f"{what} needs about {readable(size)} of memory")


def available() -> int | None:
    """Bytes that this process can still take: of the machine, of its control group, of its own limits; None if no
    system tells."""
    found = [*_machine(), *_control_group(), *_own_limits()]
    return max(0, min(found)) if found else None


def _machine():
    with suppress(OSError, AttributeError):
        line = re.search(rb"^MemAvailable:\s+(\d+) kB", _read("/proc/meminfo"), re.MULTILINE)
        yield int(line[1]) << 10


def _control_group():
    """Version 2 and 1: the limit less what is used; what is cached of files can go."""
    places = {"memory.max": "memory.current", "memory/memory.limit_in_bytes": "memory/memory.usage_in_bytes"}
    for limit, usage in places.items():
        with suppress(OSError, ValueError):  # "max" is no number: no limit
            limit, usage = int(_read(f"/sys/fs/cgroup/{limit}")), f"/sys/fs/cgroup/{usage}"
            stat = _read(f"{os.path.dirname(usage)}/memory.stat")
            # The last that is told: with the groups inside, where there are two.
            files = re.findall(rb"^(?:total_)?inactive_file (\d+)", stat, re.MULTILINE)
            yield limit - int(_read(usage)) + int(files[-1] if files else 0)


def _own_limits():
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = [int(pages) * resource.getpagesize() for pages in _read("/proc/self/statm").split()]
        for limit, field in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5)):
            most = resource.getrlimit(limit)[0]
            if most != resource.RLIM_INFINITY:
                yield most - used[field]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
