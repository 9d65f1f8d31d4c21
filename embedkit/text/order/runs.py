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

from ...errors import EmbedkitError
from ...progress import Progress
from ...spool import Spool, release, reserved
from ..vocab import Vocab
from . import _kernels

WORDS, BYTES = 1 << 20, 1 << 24  # that are merged in one go; a word has fewer bytes
MOST = (1 << 31) - 1  # words that have an int32 for an id


@dataclass
class _Run:
    """Where a run lies among all: its words, their first byte, its pieces, and its chunks (None: each is a piece)."""

    words: slice
    at: int
    pieces: slice
    chunks: slice | None


class Runs:
    """The runs of a text, added from several threads."""

    def __init__(self):
        self._runs: dict[int, _Run] = {}
        self._numbers, self._lock = count(), threading.Lock()
        self._lengths, self._counts, self._utf8 = (Spool(dtype, 0) for dtype in (np.int32, np.int64, np.uint8))
        self._pieces, self._sizes = Spool(np.int32, 0), Spool(np.int32, 0)

    def __len__(self) -> int:
        return len(self._runs)

    def begin(self) -> int:
        """The number of a new run."""
        return next(self._numbers)

    def add(self, number: int, vocab: Vocab, pieces: np.ndarray, indptr: np.ndarray | None = None) -> None:
        """Write down a run: its words in the order of their bytes, and what its chunks are of them; see `Lexicon`."""
        with self._lock:
            at = len(self._utf8)
            words, pieces = _append(self._lengths, np.diff(vocab.offsets)), _append(self._pieces, pieces)
            chunks = None if indptr is None else _append(self._sizes, np.diff(indptr))
            _append(self._counts, vocab.counts)
            _append(self._utf8, vocab.utf8)
            self._runs[number] = _Run(words, at, pieces, chunks)

    def merge(self, progress: Progress) -> Vocab:
        """The words of all runs by falling count, equal counts by bytes, mapped from temporary files.

        EmbedkitError where they are too many for int32, or the disk is full.
        """
        with progress.bar(len(self._lengths), "merging", "words") as advance:
            merged, sizes = self._merge(advance)
        values = np.array(sorted(sizes), np.int64)
        types, size = np.array([sizes[value] for value in values.tolist()], np.int64).reshape(-1, 2).T
        # Most frequent first: behind the words of all larger counts.
        next_id, next_byte = types[::-1].cumsum()[::-1] - types, size[::-1].cumsum()[::-1] - size
        offsets, utf8 = reserved(np.int64, int(types.sum()) + 1), reserved(np.uint8, int(size.sum()))
        counts, ids = reserved(np.int64, len(offsets) - 1), Spool(np.int32, 0)
        for lengths, bytes, part in zip(*(spool.parts() for spool in merged)):
            kinds, placed = np.searchsorted(values, part), np.empty(len(part), np.int32)
            _kernels.place(kinds, part, next_id, next_byte, lengths, bytes, placed, offsets, utf8, counts)
            ids.append(placed)
            release(offsets, utf8, counts)
        self._ids, self._sizes, self._pieces = ids.array(), self._sizes.array(), self._pieces.array()
        for array in (offsets, utf8, counts):
            array.flags.writeable = False
        return Vocab(offsets, utf8, counts)

    def _merge(self, advance) -> tuple[list[Spool], dict[int, np.ndarray]]:
        """The lengths, bytes and counts of all words in the order of their bytes, and for each count [words, bytes]."""
        lengths, utf8, counts = self._lengths.array(), self._utf8.array(), self._counts.array()
        self._ranks = reserved(np.int32, len(lengths))
        runs = list(self._runs.values())
        heads, stops = (np.array([getattr(run.words, end) for run in runs], np.int64) for end in ("start", "stop"))
        at, keys, heap = np.array([run.at for run in runs], np.int64), *np.empty((2, len(runs)), np.int64)
        state = stops, heads, at, keys, lengths, utf8
        size = _kernels.begin_merge(heap, *state)
        room = np.empty(WORDS, np.int32), np.empty(BYTES, np.uint8), np.empty(WORDS, np.int64)
        merged, sizes, total = [Spool(array.dtype, 0) for array in room], {}, 0
        while size:
            done = heads.sum()
            size, n, used = _kernels.merge(heap, size, *state, counts, total, self._ranks, *room)
            total += n
            if total > MOST:
                raise EmbedkitError(f"the text has more than {MOST} different words", "are there spaces between them?")
            parts = room[0][:n], room[1][:used], room[2][:n]
            for spool, part in zip(merged, parts):
                spool.append(part)
            values, kinds = np.unique(parts[2], return_inverse=True)
            found = np.bincount(kinds), np.bincount(kinds, parts[0])
            for value, *more in zip(values.tolist(), *found):
                sizes[value] = sizes.get(value, 0) + np.array(more, np.int64)
            release(lengths, utf8, counts, self._ranks)
            advance(int(heads.sum() - done))
        return merged, sizes

    def get(self, number: int) -> tuple[np.ndarray, np.ndarray | None]:
        """What the chunks of a run are, in ids of the merged vocabulary: `pieces` and `indptr` of `Lexicon`."""
        run = self._runs[number]
        ids = self._ids[self._ranks[run.words]]
        pieces = ids[self._pieces[run.pieces]]
        indptr = None if run.chunks is None else np.append(0, np.cumsum(self._sizes[run.chunks], dtype=np.int64))
        release(self._ids, self._ranks, self._pieces, self._sizes)
        return pieces, indptr


def _append(spool: Spool, part: np.ndarray) -> slice:
    """Add values to a spool; returns where they lie in it."""
    start = len(spool)
    spool.append(part.astype(spool.dtype, copy=False))
    return slice(start, len(spool))
