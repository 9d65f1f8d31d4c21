"""Counts in tiles, and the order in which they are visited.

The vocabulary, most frequent words first, is cut into blocks. A tile holds the counts of a block of words with a block
of context words, few enough rows of the tables to stay in cache. An epoch goes in rounds; a round has one tile of every
block of words and of every block of context words, like rooks on a chessboard that do not threaten each other (Gemulla
et al. 2011, strata). So the tiles of a round share no parameter: threads take them in any order, without locks, and the
result is the same. Every word is met in every round, which mixes the counts without a shuffle of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...io.spool import release, reserved
from ...matrix.csr import Csr
from ...runtime.memory import Memory
from ...runtime.progress import SILENT, Progress
from . import _kernels

WORDS = 256  # in a block: two of them, with 2 x 128 floats for each word, are half a megabyte
ENTRIES = 1 << 21  # counts of a block's words, but for a block of one word
BLOCKS = 1024  # about as many at most
CELL = 8  # bytes of a count in a tile


def edges(indptr: np.ndarray, words: int = WORDS, entries: int = ENTRIES) -> np.ndarray:
    """(n + 1,) int64, block i of the rows is edges[i]:edges[i + 1]."""
    V, found = len(indptr) - 1, [0]
    words = min(max(words, -(-V // BLOCKS)), 1 << 16)
    while found[-1] < V:
        first = found[-1]
        fitting = int(np.searchsorted(indptr, indptr[first] + entries, "right")) - 1
        found.append(min(V, first + words, max(fitting, first + 1)))
    return np.array(found, np.int64)


class Tiles:
    """The counts of a matrix (V, V), tile by tile.

    edges : (n + 1,) int64 blocks of the vocabulary
    starts : (n, n + 1) int64; tile (i, j) is starts[i, j]:starts[i, j + 1] of the next two, in an order by `seed`
    cells : (nnz,) uint32, place of the row in its block << 16 | place of the column
    logs : (nnz,) float32, natural logarithms of the counts

    The last two are mapped from temporary files where they are much of `memory`. EmbedkitError where a column is none.
    """

    def __init__(self, matrix: Csr, seed: int, memory: Memory, progress: Progress = SILENT):
        self.edges = edges(matrix.indptr)
        n, V = len(self), matrix.shape[0]
        in_memory = memory.kept(4 * matrix.nnz) == 4 * matrix.nnz
        # The maps are writable, so that kernels are compiled for one kind of array.
        self.cells, self.logs = (
            np.empty(matrix.nnz, dtype) if in_memory else np.asarray(reserved(dtype, matrix.nnz))
            for dtype in (np.uint32, np.float32)
        )
        self.starts = np.empty((n, n + 1), np.int64)
        block = np.repeat(np.arange(n, dtype=np.int32), np.diff(self.edges))
        place = (np.arange(V) - self.edges[block]).astype(np.uint16)
        with progress.bar(V, "tiling", " words") as advance:
            for i, (first, last) in enumerate(zip(self.edges[:-1], self.edges[1:])):
                self._fill(matrix, i, first, last, block, place, seed)
                advance(int(last - first))

    def __len__(self) -> int:
        return len(self.edges) - 1

    def _fill(self, matrix: Csr, i: int, first: int, last: int, block, place, seed: int) -> None:
        indptr = matrix.indptr[first : last + 1]
        begin, end = int(indptr[0]), int(indptr[-1])
        state = np.random.SeedSequence((seed, i)).generate_state(1, np.uint64) | np.uint64(1)
        columns, logs = np.array(matrix.columns(begin, end)), np.log(matrix.data[begin:end])
        ends, (cells, values) = np.zeros(len(self) + 1, np.int64), (self.cells[begin:end], self.logs[begin:end])
        _kernels.tile_rows(np.array(indptr), columns, logs, block, place, ends, state, cells, values)
        self.starts[i] = begin + ends
        release(matrix.indices, matrix.data, self.cells, self.logs)

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
    found = edges(matrix.indptr)
    entries = int(np.diff(matrix.indptr[found]).max())
    return 2 * memory.kept(4 * matrix.nnz) + 8 * len(found) ** 2 + 6 * matrix.shape[0] + CELL * entries
