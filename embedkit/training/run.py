"""What a training is given besides text and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..runtime.progress import SILENT, Progress
from .checkpoint import Checkpoint


@dataclass
class Run:
    """`judge` measures vectors after an epoch: a dict of named scores, higher is better."""

    progress: Progress = SILENT
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    judge: Callable | None = None
