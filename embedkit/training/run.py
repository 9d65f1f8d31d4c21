"""What a training is given besides text and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import EmbedkitError
from ..runtime.progress import SILENT, Progress
from .checkpoint import Checkpoint


@dataclass
class Run:
    """`judge` measures vectors after an epoch: a dict of named scores, higher is better."""

    progress: Progress = SILENT
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    judge: Callable | None = None

    def diverged(self, epoch: int, lr: float, why: str, remedy: str) -> EmbedkitError:
        """The error that ends a training whose numbers ran away; it names the checkpoint, if that is of this run."""
        kept = f"; {self.checkpoint.path} holds the last good state" if self.checkpoint.is_kept else ""
        return EmbedkitError(f"training diverged in epoch {epoch} at lr {lr:.4g}: {why}{kept}", remedy)
