"""Positive pointwise mutual information (Church & Hanks 1990) with the knobs of Levy, Goldberg & Dagan 2015."""

from __future__ import annotations

import math

import numpy as np

from ..parallel import each, thread_count
from . import _kernels
from .cooccur import spread
from .counts import Counts


def ppmi(
    counts: Counts, cds: float = 0.75, shift: float = 1.0, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """max(0, log(P(w, c) / (P(w) P'(c))) - log shift) for every count.

    P'(c) is the context's share with counts raised to `cds` (context distribution smoothing); `shift` is the k of
    negative sampling. Natural logarithms. Returns CSR (indptr int64, indices int32, data float32) of the positive ones.
    """
    threads, rows = thread_count(threads), len(counts.vocab)
    row_sums, column_sums = np.zeros(rows), np.zeros(rows)
    spans = spread(np.diff(counts.indptr), 16)
    each(lambda span, _: _kernels.sum_rows(counts.indptr, counts.data, *span, row_sums), spans, threads)
    _kernels.sum_columns(counts.indices, counts.data, column_sums)
    # log P'(c) = cds log n_c - log sum n^cds, and log P(c | w) = log n_wc - log n_w: the total cancels out.
    with np.errstate(divide="ignore"):
        row_logs = np.log(row_sums) + math.log(shift)
        smoothed = cds * np.log(column_sums)
    column_logs = smoothed - np.log(np.exp(smoothed[column_sums > 0]).sum())

    indices, data, lengths = np.empty_like(counts.indices), np.empty_like(counts.data), np.zeros(rows, np.int64)

    def weigh(span, _):
        matrix, logs = (counts.indptr, counts.indices, counts.data), (row_logs, column_logs)
        return _kernels.ppmi_rows(*matrix, *span, *logs, indices, data, lengths)

    kept = each(weigh, spans, threads)
    begins = [int(counts.indptr[first]) for first, _ in spans]
    pieces = [slice(begin, begin + n) for begin, n in zip(begins, kept)]
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return indptr, np.concatenate([indices[p] for p in pieces]), np.concatenate([data[p] for p in pieces])
