"""More distinct words than memory holds: sorted runs of them in temporary files, merged at the end.

While a text is read, a table of chunks that is full becomes a run: its words, sorted by bytes, with their counts, and
which of them each chunk is. The merge makes of all runs one vocabulary by falling count, and tells for each word of a
run its id there. What it holds in memory grows with the number of runs and of different counts, not with the words.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import count

import numpy as np

from ...io.spool import Spool, release
from ...runtime.progress import Progress
from ..vocab import Vocab
from .merge import merge, place


@dataclass
class SortedRun:
    """Location of a sorted run: its words, the first byte of them, its pieces, its chunks (None: each is a piece)."""

    words: slice
    at: int
    pieces: slice
    chunks: slice | None


class Runs:
    """The runs of a text, added from several threads."""

    def __init__(self):
        self._runs: dict[int, SortedRun] = {}
        self._numbers, self._lock = count(), threading.Lock()
        self._lengths, self._utf8, self._counts = (Spool(dtype, 0) for dtype in (np.int32, np.uint8, np.int64))
        self._pieces, self._sizes = Spool(np.int32, 0), Spool(np.int32, 0)

    def __len__(self) -> int:
        return len(self._runs)

    def begin(self) -> int:
        """The number of a new run."""
        return next(self._numbers)

    def add(self, number: int, vocab: Vocab, pieces: np.ndarray, indptr: np.ndarray | None = None) -> None:
        """Write down a run: its words in the order of their bytes, and what its chunks are of them; see `ChunkMap`."""
        with self._lock:
            at = len(self._utf8)
            words, pieces = _append(self._lengths, np.diff(vocab.offsets)), _append(self._pieces, pieces)
            chunks = None if indptr is None else _append(self._sizes, np.diff(indptr))
            _append(self._counts, vocab.counts)
            _append(self._utf8, vocab.utf8)
            self._runs[number] = SortedRun(words, at, pieces, chunks)

    def merged(self, progress: Progress) -> Merged:
        """All runs as one; nothing can be added afterwards. EmbedkitError for what `merge` says, or a full disk."""
        runs = list(self._runs.values())
        spans = np.array([(run.words.start, run.words.stop, run.at) for run in runs], np.int64)
        with progress.bar(len(self._lengths), "merging", "words") as advance:
            words, ranks = merge(spans, self._lengths.array(), self._utf8.array(), self._counts.array(), advance)
        vocab, ids = place(words)
        return Merged(vocab, self._runs, ranks, ids, self._pieces.array(), self._sizes.array())


@dataclass
class Merged:
    """The merged runs.

    vocab : the words of all by falling count, equal counts by bytes; mapped from temporary files
    runs : where each run lies in what follows, which is mapped too
    ranks : int32, which of all words, in the order of their bytes, each word of each run is
    ids : (V,) int32, their ids in `vocab`
    pieces, sizes : int32, the words of each chunk of each run, and how many they are
    """

    vocab: Vocab
    runs: dict[int, SortedRun]
    ranks: np.ndarray
    ids: np.ndarray
    pieces: np.ndarray
    sizes: np.ndarray

    def chunks(self, number: int) -> tuple[np.ndarray, np.ndarray | None]:
        """The chunks of a run in ids of `vocab`: `pieces` and `indptr` of `ChunkMap`."""
        run = self.runs[number]
        pieces = self.ids[self.ranks[run.words]][self.pieces[run.pieces]]
        indptr = None if run.chunks is None else np.append(0, np.cumsum(self.sizes[run.chunks], dtype=np.int64))
        release(self.ids, self.ranks, self.pieces, self.sizes)
        return pieces, indptr


def _append(spool: Spool, part: np.ndarray) -> slice:
    """Add values to a spool; returns where they lie in it."""
    start = len(spool)
    spool.append(part.astype(spool.dtype, copy=False))
    return slice(start, len(spool))
