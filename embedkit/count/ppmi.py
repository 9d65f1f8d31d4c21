"""The model `ppmi`: a word is the row of its PPMI with every context word."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import Context, Text, Training, option
from ..progress import SILENT, Progress


@dataclass(frozen=True)
class Ppmi:
    """Options of PPMI."""

    cds: float = option(0.75, "context distribution smoothing: contexts count as n**cds", above=0)
    shift: float = option(1.0, "subtract log(shift), as k negative samples do", above=0)


SECTIONS = {"text": Text, "context": Context, "model": Ppmi, "training": Training}


def train(counts, options: Ppmi, training: Training, progress: Progress = SILENT):
    """`SparseVectors` (V, V) from `Counts`."""
    from ..vectors.sparse import SparseVectors
    from .weighting import ppmi

    indptr, indices, data = ppmi(counts, options.cds, options.shift, training.threads)
    return SparseVectors(counts.vocab, indptr, indices, data)
