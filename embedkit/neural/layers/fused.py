"""The compiled cells, with the functions of `plain`. Importing this loads numba."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller

import numpy as np

from ...runtime.parallel import each
from . import _kernels
from .heads import _kernels as _head_kernels
from .heads.plain import ACTIVATIONS
from .memory import _kernels as _memory_kernels
from .panels import WIDTH
from .panels import _kernels as _panel_kernels

NONE = np.zeros(1, np.float32)  # where an array is wanted by the compiler alone
SMALL = 1 << 16  # logits that are not worth a thread
ABSENT = np.zeros(1, np.uint8)  # likewise
ROWS = 4  # sequences from which packed weights pay
NEAR = 1 << 20  # bytes of recurrent weights that stay in a cache of one core


_FLAT = methodcaller("reshape", -1)


def _flat(*arrays):
    return map(_FLAT, arrays)


def _masked(mask: np.ndarray | None) -> tuple[np.ndarray, bool]:
    if mask is None:
        return ABSENT, False
    return np.ascontiguousarray(mask).reshape(-1).view(np.uint8), True


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

    def takes_pass(self, B: int, Wh: np.ndarray) -> bool:
        """True if `lstm_pass` is one for a batch of B. It works on one thread, where BLAS might use several."""
        return self.threads == 1 and B >= ROWS and len(Wh) % WIDTH == 0

    def lstm_packed(self, Wh, workspace) -> np.ndarray:
        """Wh as `lstm_pass` takes it."""
        H, packed = len(Wh), workspace.take((Wh.size,), np.float32)
        _panel_kernels.pack(Wh.reshape(-1), packed, H // 16, H, 16, 4 * H, H)
        return packed

    def lstm_pass(self, inputs, rows, gates, packed, bias, cells, hidden, mask):
        """`lstm_step` for every t, with the products: x Wx is the row of `inputs` (., 4H) that `rows` (T, B) names;
        None: row t · B + b.

        Activations go to `gates`, None where they are not wanted; `mask` (T, B) or None as in `ForwardContext`.
        """
        (T, B, H), keeps = (len(hidden) - 1, *hidden.shape[1:]), gates is not None
        rows = self._numbers(T * B) if rows is None else rows.astype(np.int32, copy=False)
        given = *_flat(inputs, rows, gates if keeps else NONE), keeps
        _panel_kernels.lstm_pass(*given, *_flat(packed, bias, cells, hidden), *_masked(mask), T, B, H)

    def add_rows(self, values, rows, sums):
        """sums[rows[t, b]] += values[t, b]."""
        flat = _flat(values, rows.astype(np.int32, copy=False), sums)
        _panel_kernels.add_rows(*flat, rows.size, values.shape[-1])

    def lstm_pass_back(self, gates, Wh, cells, dY, dh, dc, mask, workspace):
        """`lstm_back` for every t, the last one first, each followed by dh = gates[t] Whᵀ and dh += dY[t - 1]."""
        (T, B, H), packed = dY.shape, workspace.take((Wh.size,), np.float32)
        _panel_kernels.pack_transposed(Wh.reshape(-1), packed, 4 * H, H)
        arrays = *_flat(gates, packed, cells, np.ascontiguousarray(dY), dh, dc), self._row("tanh", H), *_masked(mask)
        _panel_kernels.lstm_pass_back(*arrays, T, B, H)

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

    def attention(self, qkv, keep, heads, causal, rate, seed, Y, lse):
        T, B, D = Y.shape
        given = self._attention(qkv, keep, causal, rate, seed, Y, lse)
        size = _head_kernels.scratch(T, D // heads)

        def pairs(begin, end, worker):
            scratch = self._row(f"heads {worker}", size), *self._exp(worker), self._row(f"tops {worker}", 64)
            _head_kernels.attention(*given, *scratch, begin, end, T, B, D, heads)

        self._spread(pairs, B * heads, T * T * D * B)

    def attention_back(self, qkv, keep, heads, causal, rate, seed, Y, lse, dY, dqkv):
        T, B, D = Y.shape
        given = *self._attention(qkv, keep, causal, rate, seed, Y, lse), *_flat(dY, dqkv)
        size = _head_kernels.scratch(T, D // heads, back=True)

        def pairs(begin, end, worker):
            scratch = self._row(f"heads {worker}", size), *self._exp(worker)
            _head_kernels.attention_back(*given, *scratch, begin, end, T, B, D, heads)

        self._spread(pairs, B * heads, T * T * D * B)

    @staticmethod
    def _attention(qkv, keep, causal, rate, seed, Y, lse):
        masked = keep is not None
        flat = qkv.reshape(-1), (keep if masked else NONE).reshape(-1)
        return *flat, masked, causal, round(rate * 2**32), seed, *_flat(Y, lse)

    def rotate(self, qkv, angles, heads, back=False):
        (T, B, width), given = qkv.shape, (*_flat(qkv, angles), back)
        sizes = B, width // 3, width // 3 // heads
        self._spread(lambda begin, end, _: _head_kernels.rotate(*given, begin, end, *sizes), T, qkv.size)

    def norm(self, X, gain, bias, Y, stats):
        given = *_flat(X, gain, NONE if bias is None else bias), bias is not None, *_flat(Y, stats)
        self._spread(lambda begin, end, _: _head_kernels.norm(*given, begin, end, X.shape[1]), len(X), X.size)

    def norm_back(self, dY, X, gain, stats, dX, dgain, dbias):
        given = *_flat(dY, X, gain), dbias is not None, *_flat(stats, dX)

        def rows(begin, end, worker, sums):
            _head_kernels.norm_back(*given, sums[0], sums[1], begin, end, X.shape[1])

        self._summed(rows, len(X), X.size, [dgain, dbias])

    def activate(self, kind, Z, bias, H):
        F, given = H.shape[1], (*_flat(Z, NONE if bias is None else bias), bias is not None, H.reshape(-1))

        def rows(begin, end, worker):
            scratch = self._row(f"line {worker}", F), *self._exp(worker)
            _head_kernels.activate(ACTIVATIONS.index(kind), *given, *scratch, begin, end, F)

        self._spread(rows, len(H), H.size)

    def activate_back(self, kind, Z, dH, dZ, dbias):
        F, given = dH.shape[1], _flat(Z, dH, dZ)
        given = tuple(given)

        def rows(begin, end, worker, sums):
            scratch = self._row(f"line {worker}", F), *self._exp(worker)
            _head_kernels.activate_back(ACTIVATIONS.index(kind), *given, sums[0], *scratch, begin, end, F)

        self._summed(rows, len(dH), dH.size, [dbias])

    def _spread(self, work: Callable, n: int, operations: int) -> None:
        """`work(begin, end, worker)` for spans of n jobs, one for each thread."""
        threads = min(self._workers(operations), n)
        each(
            lambda i, worker: work(n * i // threads, n * (i + 1) // threads, worker),
            range(threads),
            threads,
        )

    def _summed(self, work: Callable, n: int, operations: int, totals: list) -> None:
        """`_spread`, where `work` also adds to a vector for each of `totals`, which become the sums of all spans."""
        threads = min(self._workers(operations), n)
        sizes = [1 if total is None else total.size for total in totals]
        sums = [[np.zeros(size, np.float32) for size in sizes] for _ in range(threads)]
        each(
            lambda i, worker: work(n * i // threads, n * (i + 1) // threads, worker, sums[i]),
            range(threads),
            threads,
        )
        for k, total in enumerate(totals):
            if total is not None:
                np.add.reduce([parts[k] for parts in sums], axis=0, out=total)

    def _exp(self, worker: int) -> tuple[np.ndarray, np.ndarray]:
        """Scratch of `_kernels.exp_run`."""
        bits = self._row(f"bits {worker}", _kernels.BLOCK)
        return bits.view(np.int32), bits

    def _workers(self, operations: int) -> int:
        return 1 if operations < SMALL else self.threads

    def _numbers(self, count: int) -> np.ndarray:
        """0, 1, … as int32."""
        if len(self._scratch.get("numbers", ())) < count:
            self._scratch["numbers"] = np.arange(2 * count, dtype=np.int32)
        return self._scratch["numbers"]

    def _row(self, name: str, size: int) -> np.ndarray:
        """Scratch of this name and at least this size."""
        held = self._scratch.get(name)
        if held is None or len(held) < size:
            held = self._scratch[name] = np.empty(size, np.float32)
        return held[:size]
