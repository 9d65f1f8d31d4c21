"""The model `ppmi`: a word is the row of its PPMI with every context word."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import Context, Text, Training, option
from ..runtime.memory import Memory
from ..runtime.progress import SILENT, Progress
from .reading import CountModel


@dataclass(frozen=True)
class Ppmi:
    """Options of PPMI."""

    cds: float = option(0.75, "context distribution smoothing: contexts count as n**cds", above=0)
    shift: float = option(1.0, "subtract log(shift), as k negative samples do", above=0)


def train(counts, options: Ppmi, training: Training, progress: Progress = SILENT, memory: Memory | None = None):
    """`SparseVectors` (V, V) from `Counts`."""
    from ..vectors.sparse import SparseVectors
    from .weighting import ppmi

    indptr, indices, data = ppmi(counts, options.cds, options.shift, training.threads, memory)
    return SparseVectors(counts.vocab, indptr, indices, data)


def peak_memory(counts, memory: Memory) -> int:
    """Bytes that PPMI holds at most, the counts among them."""
    from ..io.spool import held

    entries, rows = len(counts.data), 80 * len(counts.vocab)
    return held(counts.indptr, counts.indices, counts.data) + 2 * memory.kept(4 * entries) + rows


class PpmiModel(CountModel):
    """`SparseVectors` (V, V)."""

    def memory(self, data, config, run):
        return peak_memory(data, run.memory)

    def disk(self, data, config):
        return 4 * len(data.data)

    def train(self, data, config, run):
        return train(data, config.model, config.training, run.progress, run.memory)


MODEL = PpmiModel({"text": Text, "context": Context, "model": Ppmi, "training": Training})
