"""Counts in tiles, and the order in which they are visited.

The vocabulary is cut into blocks of words drawn at random. A tile holds the counts of a block of words with a block of
context words, few enough rows of the tables to stay in cache. An epoch goes in rounds; a round has one tile of every
block of words and of every block of context words, like rooks on a chessboard that do not threaten each other (Gemulla
et al. 2011, strata). So the tiles of a round share no parameter: threads take them in any order, without locks, and the
result is the same. As every tile has words of all frequencies, and every word is met in every round, the losses are
those of counts that are shuffled as a whole. Blocks of words of like frequency are a third faster, and mix worse.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...io.spool import release, reserved
from ...matrix.csr import Csr
from ...runtime.memory import Memory
from ...runtime.progress import SILENT, Progress
from . import _kernels

MOST, LEAST = 512, 64  # words in a block; two of 512, with 2 x 112 floats for each word, are a megabyte, as L2 is
BLOCKS = 16, 1024  # of small vocabularies, so that threads have enough to choose from; of large ones
CELL = 24  # bytes a count takes while it is put into its tile


def edges(V: int) -> np.ndarray:
    """(n + 1,) int64, block i of V places is edges[i]:edges[i + 1]."""
    few, many = (-(-V // blocks) for blocks in BLOCKS)
    words = min(max(min(few, MOST), LEAST, many), 1 << 16)
    return np.append(np.arange(0, V, words), V)


class Tiles:
    """The counts of a matrix (V, V), tile by tile.

    order, rank : (V,) int64, the word at each place of the tables, and the place of each word
    edges : (n + 1,) int64 blocks of places
    starts : (n, n + 1) int64; tile (i, j) is starts[i, j]:starts[i, j + 1] of the next two, in an order by `seed`
    cells : (nnz,) uint32, place of the row in its block << 16 | place of the column
    logs : (nnz,) float32, natural logarithms of the counts

    The last two are mapped from temporary files where they are much of `memory`. EmbedkitError where a column is none.
    """

    def __init__(self, matrix: Csr, seed: int, memory: Memory, progress: Progress = SILENT):
        V = matrix.shape[0]
        self.order = np.random.default_rng(seed).permutation(V)
        self.rank = np.argsort(self.order)
        self.edges = edges(V)
        n, in_memory = len(self), memory.kept(4 * matrix.nnz) == 4 * matrix.nnz
        # The maps are writable, so that kernels are compiled for one kind of array.
        self.cells, self.logs = (
            np.empty(matrix.nnz, dtype) if in_memory else np.asarray(reserved(dtype, matrix.nnz))
            for dtype in (np.uint32, np.float32)
        )
        self.starts = np.empty((n, n + 1), np.int64)
        block = (np.searchsorted(self.edges, self.rank, "right") - 1).astype(np.int32)
        place = (self.rank - self.edges[block]).astype(np.uint16)
        begin = 0
        with progress.bar(V, "tiling", " words") as advance:
            for i, (first, last) in enumerate(zip(self.edges[:-1], self.edges[1:])):
                begin = self._fill(matrix.take(self.order[first:last]), i, begin, block, place, seed)
                release(matrix.indices, matrix.data, self.cells, self.logs)
                advance(int(last - first))

    def __len__(self) -> int:
        return len(self.edges) - 1

    def _fill(self, rows: Csr, i: int, begin: int, block: np.ndarray, place: np.ndarray, seed: int) -> int:
        """The tiles of block i, whose `rows` are given, from `begin` on; returns where those of the next begin."""
        end = begin + rows.nnz
        state = np.random.SeedSequence((seed, i)).generate_state(1, np.uint64) | np.uint64(1)
        columns, logs = np.asarray(rows.columns(0, rows.nnz)), np.log(np.asarray(rows.data))
        ends, (cells, values) = np.zeros(len(self) + 1, np.int64), (self.cells[begin:end], self.logs[begin:end])
        _kernels.tile_rows(rows.indptr, columns, logs, block, place, ends, state, cells, values)
        self.starts[i] = begin + ends
        return end

    def rounds(self, seed: int, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The rounds of an epoch: (n,) blocks of words and (n,) blocks of context words of the tiles of each."""
        rng, n = np.random.default_rng((seed, epoch)), len(self)
        rows, columns = rng.permutation(n), rng.permutation(n)
        for shift in rng.permutation(n):
            yield rows, np.roll(columns, -shift)

    def sizes(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(n,) int64 entries of tiles."""
        return self.starts[rows, columns + 1] - self.starts[rows, columns]


def peak_memory(matrix: Csr, memory: Memory) -> int:
    """Bytes that `Tiles` takes at most, beside the matrix."""
    V = matrix.shape[0]
    blocks = len(edges(V))
    # A block has its share of the counts and, in small vocabularies, somewhat more.
    largest = CELL * int(1.5 * matrix.nnz / max(blocks - 1, 1))
    return 2 * memory.kept(4 * matrix.nnz) + 8 * blocks**2 + 22 * V + largest
