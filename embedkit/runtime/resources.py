"""The resources of a run, handed down as one."""

from __future__ import annotations

from dataclasses import dataclass, field

from .memory import Memory
from .progress import SILENT, Progress


@dataclass
class Resources:
    """Progress, memory, cache and threads.

    progress : bars, lines for people, events for the log
    memory : the limit; what does not fit goes to $TMPDIR. By default what is free
    cache : whether encoded texts are kept for the next run
    threads : threads of kernels; None is all cores
    """

    progress: Progress = SILENT
    memory: Memory = field(default_factory=Memory)
    cache: bool = True
    threads: int | None = None
