"""Positive pointwise mutual information (Church & Hanks 1990) with the knobs of Levy, Goldberg & Dagan 2015."""

from __future__ import annotations

import math

import numpy as np

from ..runtime.memory import Memory
from ..runtime.parallel import each, stream, thread_count
from . import _kernels
from .cooccur import spread
from .counts import Counts


def ppmi(
    counts: Counts,
    cds: float = 0.75,
    shift: float = 1.0,
    threads: int | None = None,
    memory: Memory | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """max(0, log(P(w, c) / (P(w) P'(c))) - log shift) for every count.

    P'(c) is the context's share with counts raised to `cds` (context distribution smoothing); `shift` is the k of
    negative sampling. Natural logarithms. Returns CSR (indptr int64, indices int32, data float32) of the positive ones,
    mapped from temporary files if that is much of `memory`.
    """
    memory, threads, rows = memory or Memory(), thread_count(threads), len(counts.vocab)
    row_sums, column_sums = np.zeros(rows), np.zeros(rows)
    spans = spread(np.diff(counts.indptr), max(16, len(counts.data) >> 20))
    each(lambda span, _: _kernels.sum_rows(counts.indptr, counts.data, *span, row_sums), spans, threads)
    _kernels.sum_columns(counts.indices, counts.data, column_sums)
    # log P'(c) = cds log n_c - log sum n^cds, and log P(c | w) = log n_wc - log n_w: the total cancels out.
    with np.errstate(divide="ignore"):
        row_logs = np.log(row_sums) + math.log(shift)
        smoothed = cds * np.log(column_sums)
    column_logs = smoothed - np.log(np.exp(smoothed[column_sums > 0]).sum())

    most = max(int(counts.indptr[b] - counts.indptr[a]) for a, b in spans)
    room = [(np.empty(most, np.int32), np.empty(most, np.float32)) for _ in range(threads)]
    indices, data, lengths = memory.spool(np.int32), memory.spool(np.float32), np.zeros(rows, np.int64)

    def weigh(span, worker):
        matrix, logs = (counts.indptr, counts.indices, counts.data), (row_logs, column_logs)
        n = _kernels.ppmi_rows(*matrix, *span, *logs, *room[worker], lengths)
        return [part[:n].copy() for part in room[worker]]

    for kept, values in stream(weigh, spans, threads, ahead=2 * threads):
        indices.append(kept)
        data.append(values)
    return np.concatenate([[0], np.cumsum(lengths)]), indices.array(), data.array()
