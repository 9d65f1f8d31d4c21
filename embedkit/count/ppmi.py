"""The model `ppmi`: a word is the row of its PPMI with every context word.

Positive pointwise mutual information (Church & Hanks 1990) with the knobs of Levy, Goldberg & Dagan 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config import Context, Text, Training, option
from ..runtime.memory import Memory
from .reading import CountModel

if TYPE_CHECKING:
    from ..matrix.csr import Csr


@dataclass(frozen=True)
class Ppmi:
    """Options of PPMI."""

    cds: float = option(0.75, "context distribution smoothing: contexts count as n**cds", above=0)
    shift: float = option(1.0, "subtract log(shift), as k negative samples do", above=0)


def ppmi(
    counts: Csr, cds: float = 0.75, shift: float = 1.0, threads: int | None = None, memory: Memory | None = None
) -> Csr:
    """max(0, log(P(r, c) / (P(r) P'(c))) - log shift) for every count of row r and column c; the positive ones.

    P'(c) is the column's share with counts raised to `cds` (context distribution smoothing); `shift` is the k of
    negative sampling. Natural logarithms. Mapped from temporary files if that is much of `memory`.
    """
    import math

    import numpy as np

    from ..matrix.csr import Csr
    from ..runtime.parallel import each, imap, thread_count
    from . import _kernels

    memory, threads = memory or Memory(), thread_count(threads)
    row_sums, column_sums = map(np.zeros, counts.shape)
    spans = counts.spans(max(16, counts.nnz >> 20))
    each(lambda span, _: _kernels.sum_rows(counts.indptr, counts.data, *span, row_sums), spans, threads)
    _kernels.sum_columns(counts.indices, counts.data, column_sums)
    # log P'(c) = cds log n_c - log sum n^cds, and log P(c | r) = log n_rc - log n_r: the total cancels out.
    with np.errstate(divide="ignore"):
        row_logs = np.log(row_sums) + math.log(shift)
        smoothed = cds * np.log(column_sums)
    column_logs = smoothed - np.log(np.exp(smoothed[column_sums > 0]).sum())

    most = max(int(counts.indptr[b] - counts.indptr[a]) for a, b in spans)
    room = [(np.empty(most, np.int32), np.empty(most, np.float32)) for _ in range(threads)]
    indices, data, ends = memory.spool(np.int32), memory.spool(np.float32), np.zeros(len(row_sums) + 1, np.int64)

    def weigh(span, worker):
        matrix, logs = (counts.indptr, counts.indices, counts.data), (row_logs, column_logs)
        n = _kernels.ppmi_rows(*matrix, *span, *logs, *room[worker], ends[1:])
        return [part[:n].copy() for part in room[worker]]

    for kept, values in imap(weigh, spans, threads, ahead=2 * threads):
        indices.append(kept)
        data.append(values)
    is_symmetric = counts.is_symmetric and cds == 1
    return Csr(np.cumsum(ends), indices.array(), data.array(), counts.shape, is_symmetric)


def peak_memory(counts: Csr, memory: Memory) -> int:
    """Bytes that PPMI holds at most, the counts among them."""
    from ..io.spool import held

    return held(counts.indptr, counts.indices, counts.data) + 2 * memory.kept(4 * counts.nnz) + 80 * counts.shape[0]


class PpmiModel(CountModel):
    """`SparseVectors` (V, V)."""

    def memory(self, data, config, run):
        return peak_memory(data.matrix, run.memory)

    def disk(self, data, config):
        return 4 * data.matrix.nnz

    def train(self, data, config, run):
        from ..vectors.sparse import SparseVectors

        options, threads = config.model, config.training.threads
        return SparseVectors(data.vocab, ppmi(data.matrix, options.cds, options.shift, threads, run.memory))


MODEL = PpmiModel({"text": Text, "context": Context, "model": Ppmi, "training": Training})
