"""The compiled cells, with the functions of `plain`. Importing this loads numba."""

from __future__ import annotations

from operator import methodcaller

import numpy as np

from ...runtime.parallel import each
from . import _kernels
from .memory import _kernels as _memory_kernels

NONE = np.zeros(1, np.float32)  # where an array is wanted by the compiler alone
SMALL = 1 << 16  # logits that are not worth a thread
NEAR = 1 << 20  # bytes of recurrent weights that stay in a cache of one core


_FLAT = methodcaller("reshape", -1)


def _flat(*arrays):
    return map(_FLAT, arrays)


class Fused:
    """Cells for float32 arrays in C order; the softmax runs on `threads` threads.

    `rnn_line`, `lstm_line` and `gru_line` take all steps of a single sequence at once, products with the recurrent
    weights Wh (H, G·H) and all: between steps of so little work a library and an interpreter cost as much as the steps.
    """

    @staticmethod
    def takes_line(B: int, Wh: np.ndarray) -> bool:
        """True if a batch of B is one for these. Larger weights BLAS reads faster, on all its threads."""
        return B == 1 and Wh.nbytes <= NEAR

    def __init__(self, threads: int = 1):
        self.threads, self._scratch = threads, {}

    def for_thread(self) -> Fused:
        """Cells with scratch of their own, for use on another thread."""
        return Fused()

    def rnn_step(self, gates, product, bias, hidden, relu, t):
        _kernels.rnn_step(*_flat(gates, product, bias, hidden), relu, t, *hidden.shape[1:])

    def rnn_back(self, gates, hidden, dh, relu, t):
        _kernels.rnn_back(*_flat(gates, hidden, dh), relu, t, *hidden.shape[1:])

    def lstm_step(self, gates, product, bias, cells, hidden, peephole, t):
        peeps, weights = peephole is not None, NONE if peephole is None else peephole
        arrays = _flat(gates, product, bias, cells, hidden, weights)
        _kernels.lstm_step(*arrays, peeps, t, *hidden.shape[1:])

    def lstm_back(self, gates, cells, dh, dc, peephole, t):
        peeps, weights = peephole is not None, NONE if peephole is None else peephole
        tanh = self._row("tanh", cells.shape[2])
        _kernels.lstm_back(*_flat(gates, cells, dh, dc, weights), peeps, tanh, t, *cells.shape[1:])

    def gru_step(self, gates, product, bias, inner, hidden, inner_bias, t):
        _kernels.gru_step(*_flat(gates, product, bias, inner, hidden, inner_bias), t, *hidden.shape[1:])

    def gru_back(self, gates, inner, hidden, dproduct, dh, carry, t):
        _kernels.gru_back(*_flat(gates, inner, hidden, dproduct, dh, carry), t, *hidden.shape[1:])

    def rnn_line(self, gates, Wh, product, bias, hidden, relu):
        T, _, H = gates.shape
        _kernels.rnn_line(*_flat(gates, Wh, product, bias, hidden), relu, T, H)

    def lstm_line(self, gates, Wh, product, bias, cells, hidden, peephole):
        peeps, weights = peephole is not None, NONE if peephole is None else peephole
        arrays = _flat(gates, Wh, product, bias, cells, hidden, weights)
        _kernels.lstm_line(*arrays, peeps, len(gates), cells.shape[2])

    def gru_line(self, gates, Wh, product, bias, inner, hidden, inner_bias):
        T, _, H = inner.shape
        _kernels.gru_line(*_flat(gates, Wh, product, bias, inner, hidden, inner_bias), T, H)

    def memory_step(self, heads, bias, memory, weights, kept, outputs, t):
        B, M, N = memory.shape[1:]
        scratch, tops = self._row("memory", max(N + 2, _kernels.BLOCK)), self._row("tops", _kernels.MAXIMA)
        flat = *_flat(heads, bias, memory, weights, kept), kept.reshape(-1).view(np.int32), outputs.reshape(-1)
        sizes = B, outputs.shape[2] - M, M, N
        _memory_kernels.memory_step(*flat, scratch, tops, scratch.view(np.int32), t, *sizes)

    def memory_back(self, heads, memory, weights, kept, dreads, dmemory, dweights, t):
        flat = _flat(heads, memory, weights, kept, dreads, dmemory, dweights)
        _memory_kernels.memory_back(*flat, self._row("memory back", 5 * memory.shape[3] + 6), t, *memory.shape[1:])

    def softmax(self, logits, bias, targets, losses, smoothing, dbias):
        n, V = logits.shape
        threads = 1 if n * V < SMALL else min(self.threads, n)
        ends = [n * i // threads for i in range(threads + 1)]
        biases, flat, targets = NONE if bias is None else bias, logits.reshape(-1), targets.astype(np.int64)
        sums = [NONE] * threads if dbias is None else [self._row(f"sum {i}", V) for i in range(threads)]

        def rows(job, worker):
            sums[job][:] = 0
            tops, bits = self._row(f"tops {job}", _kernels.MAXIMA), self._row(f"bits {job}", _kernels.BLOCK)
            span, scratch = (ends[job], ends[job + 1], V), (tops, bits.view(np.int32), bits)
            wanted = targets, losses, smoothing, sums[job], dbias is not None
            _kernels.softmax_rows(flat, *span, biases, bias is not None, *wanted, *scratch)

        each(rows, range(threads), threads)
        if dbias is not None:
            np.add.reduce(sums, axis=0, out=dbias)

    def additive_scores(self, q, P, v, scores):
        (T, B, A), S = q.shape, len(P)
        q, P, scores = _flat(q, P, scores)
        each(
            lambda b, worker: _kernels.additive_scores(q, P, v, scores, self._row(f"z {worker}", A), b, T, S, B, A),
            range(B),
            self._workers(T * B * S * A),
        )

    def additive_back(self, q, P, v, dS, dq, dP, dv):
        (T, B, A), S, threads = q.shape, len(P), self._workers(q.size * len(P))
        q, P, dS, dq, dP = _flat(q, P, dS, dq, dP)
        sums = np.zeros((B, A), np.float32)
        each(
            lambda b, worker: _kernels.additive_back(
                q, P, v, dS, dq, dP, sums[b], self._row(f"z {worker}", A), b, T, S, B, A
            ),
            range(B),
            threads,
        )
        dv += sums.sum(axis=0)

    def _workers(self, operations: int) -> int:
        return 1 if operations < SMALL else self.threads

    def _row(self, name: str, size: int) -> np.ndarray:
        """Scratch of this name and at least this size."""
        held = self._scratch.get(name)
        if held is None or len(held) < size:
            held = self._scratch[name] = np.empty(size, np.float32)
        return held[:size]
