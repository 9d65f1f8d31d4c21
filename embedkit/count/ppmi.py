"""The model `ppmi`: a word is the row of its PPMI with every context word."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import Context, Text, Training, option
from ..runtime.memory import Memory
from ..runtime.progress import SILENT, Progress


@dataclass(frozen=True)
class Ppmi:
    """Options of PPMI."""

    cds: float = option(0.75, "context distribution smoothing: contexts count as n**cds", above=0)
    shift: float = option(1.0, "subtract log(shift), as k negative samples do", above=0)


SECTIONS = {"text": Text, "context": Context, "model": Ppmi, "training": Training}


def train(counts, options: Ppmi, training: Training, progress: Progress = SILENT, memory: Memory | None = None):
    """`SparseVectors` (V, V) from `Counts`."""
    from ..vectors.sparse import SparseVectors
    from .weighting import ppmi

    indptr, indices, data = ppmi(counts, options.cds, options.shift, training.threads, memory)
    return SparseVectors(counts.vocab, indptr, indices, data)


def peak_memory(counts, options: Ppmi, memory: Memory) -> int:
    """Bytes that `train` holds at most, the counts among them."""
    from ..io.spool import held

    entries, rows = len(counts.data), 80 * len(counts.vocab)
    return held(counts.indptr, counts.indices, counts.data) + 2 * memory.kept(4 * entries) + rows
