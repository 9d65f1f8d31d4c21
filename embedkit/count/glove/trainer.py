"""Training of GloVe: what the training loop is given, and the vectors that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from ...io.spool import held, release
from ...runtime.memory import Memory
from ...runtime.parallel import each, thread_count
from ...runtime.simd import LANES
from ...training.contract import Run
from ...training.loop import Diverged, Step
from ...training.pretrained import take_rows
from ...training.vector_learner import VectorLearner
from ...vectors.vectors import Vectors
from . import _kernels, tiles
from .tiles import Tiles

LINE = 64  # bytes of a cache line


class Trainer(VectorLearner):
    """The tables of GloVe, and the rounds of tiles that train them."""

    unit = "pairs"

    def __init__(self, counts, config, run: Run):
        self.counts, self.config, self.run = counts, config, run
        training = config.training
        self.threads = thread_count(training.threads)
        self.size, self.keeps_best = counts.matrix.nnz, training.keep_best
        self.plan = plan(config)
        self.tiles = Tiles(counts.matrix, training.seed, run.memory, run.progress)
        self.tables = tables(counts.vocab.take(self.tiles.order), config, run.progress)

    def __len__(self) -> int:
        return len(self.tiles)

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        for rows, columns in islice(self.tiles.rounds(self.config.training.seed, epoch), first, None):
            if due():
                return
            entries = self.tiles.sizes(rows, columns)
            losses = self._train(rows, columns, entries)
            yield Step(float(losses.sum()), int(entries.sum()), int(entries.sum()))

    def _train(self, rows: np.ndarray, columns: np.ndarray, entries: np.ndarray) -> np.ndarray:
        """Train on the tiles of a round; their losses (n,), which do not depend on who trained which."""
        losses = np.zeros(len(rows))
        each(lambda share, _: self._train_share(rows[share], columns[share], losses, share),
             shares(entries, self.threads), self.threads)  # fmt: skip
        release(self.tiles.cells, self.tiles.logs)
        return losses

    def _train_share(self, rows: np.ndarray, columns: np.ndarray, losses: np.ndarray, share: np.ndarray) -> None:
        starts, edges = self.tiles.starts, self.tiles.edges
        spans = np.stack([starts[rows, columns], starts[rows, columns + 1]], axis=1)
        corners = np.stack([edges[rows], edges[columns]], axis=1)
        found, faults = np.zeros(len(rows)), np.full(len(rows), -1)
        arrays = (self.tiles.cells, self.tiles.logs, self.tables, self.plan)
        _kernels.train_tiles(spans, corners, *arrays, found, faults)
        losses[share] = found
        for t in np.flatnonzero(faults >= 0)[:1]:
            row, column = divmod(int(self.tiles.cells[faults[t]]), 1 << 16)
            word, context = (self.counts.vocab[int(self.tiles.order[at])] for at in corners[t] + (row, column))
            raise Diverged(f"the error at the count of {word!r} with {context!r} is no finite number")

    def lr(self, epoch: int, step: int) -> float:
        return self.config.training.lr

    def warm_up(self, is_new: bool) -> dict:
        nothing = np.empty(0, np.int64)
        self._train(nothing, nothing, nothing)
        return {}

    def learnt(self) -> tuple[np.ndarray, ...]:
        return self.tables[:4]

    def vectors(
        self, matrix: np.ndarray | None = None, contexts: np.ndarray | None = None, biases: np.ndarray | None = None
    ) -> Vectors:
        """Word vectors, plus context vectors with --add-context; beside them context vectors and biases."""
        if matrix is None:
            matrix, contexts = self._rows(self.tables.words), self._rows(self.tables.contexts)
            matrix = matrix + contexts if self.config.model.add_context else matrix
            both = (self.tables.word_biases, self.tables.context_biases)
            biases = np.stack([pairs[::2] for pairs in both], axis=1)[self.tiles.rank]
        return Vectors(self.counts.vocab, matrix, contexts=contexts, biases=biases)

    def snapshot(self) -> dict[str, np.ndarray]:
        now = self.vectors()
        return {"matrix": np.array(now.matrix), "contexts": np.array(now.contexts), "biases": now.biases}

    def _rows(self, table: np.ndarray) -> np.ndarray:
        """(V, dim) of a table, in the order of the vocabulary."""
        return table.reshape(-1, 2 * self.plan.width)[self.tiles.rank, : self.config.model.dim]

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        return dict(zip(_kernels.Tables._fields, self.learnt())), {}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        for name, table in zip(_kernels.Tables._fields, self.learnt()):
            table[:] = tensors[name]


def shares(entries: np.ndarray, threads: int) -> list[np.ndarray]:
    """The tiles of these sizes (n,) dealt to threads: the largest first, each to who has least to do."""
    dealt, work = [[] for _ in range(threads)], [0] * threads
    for tile in np.argsort(-entries, kind="stable").tolist():
        least = work.index(min(work))
        dealt[least].append(tile)
        work[least] += int(entries[tile])
    return [np.array(share, np.int64) for share in dealt]


def plan(config) -> _kernels.Plan:
    """The options that kernels need."""
    model, lr = config.model, config.training.lr
    return _kernels.Plan(row_width(model.dim), lr, float(np.log(model.x_max)), model.alpha, model.grad_clip)


def row_width(dim: int) -> int:
    """D: `dim` rounded up to whole registers."""
    return -(-dim // LANES) * LANES


def tables(vocab, config, progress) -> _kernels.Tables:
    """The tables of a new run, a row for each word of `vocab`.

    Vectors and biases are uniform within 1 / (2 dim), sums of squares 1, as in GloVe's program.
    """
    model, V, D = config.model, len(vocab), row_width(config.model.dim)
    rng, made = np.random.default_rng(config.training.seed), []
    for rows in (V + 1, V):
        table = _aligned(rows * 2 * D).reshape(rows, 2 * D)
        step = max(1, (1 << 18) // D)
        for first in range(0, V, step):
            block = table[first : min(first + step, V), : model.dim]
            block[:] = (rng.random(block.shape, np.float32) - 0.5) / model.dim
        table[:, D:] = 1
        made.append(table)
    biases = [np.ones((V, 2), np.float32) for _ in range(2)]
    for pair in biases:
        pair[:, 0] = (rng.random(V, np.float32) - 0.5) / model.dim
    frozen = np.empty(0, np.uint8)
    if model.init is not None:
        known = take_rows(model.init, vocab, made[0][:V, : model.dim], "--dim", progress)
        if model.freeze:
            frozen = known.astype(np.uint8)
    return _kernels.Tables(*(table.reshape(-1) for table in (*made, *biases)), frozen)


def _aligned(size: int) -> np.ndarray:
    """(size,) float32 zeros that begin where a cache line does."""
    spare = np.zeros(size + LINE // 4, np.float32)
    first = -spare.ctypes.data % LINE // 4
    return spare[first : first + size]


def peak_memory(counts, config, memory: Memory) -> int:
    """Bytes that training holds at most, the counts among them."""
    model, V = config.model, len(counts.vocab)
    learnt = 4 * V * (4 * row_width(model.dim) + 4)
    result = 4 * V * (model.dim * (2 + model.add_context + 2 * config.training.keep_best) + 4)
    matrix = counts.matrix
    return held(matrix.indptr, matrix.indices, matrix.data) + tiles.peak_memory(matrix, memory) + learnt + result
