"""Sorted runs of words into one vocabulary, in two passes: merged by bytes, then placed by count; all of it mapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ...errors import EmbedkitError
from ...io.spool import Spool, release, reserved
from ..vocab import Vocab
from . import _kernels

WORDS, BYTES = 1 << 18, 1 << 22  # that are merged in one go; a word has fewer bytes
MOST = (1 << 31) - 1  # words that have an int32 for an id


@dataclass
class MergedWords:
    """Distinct words in the order of their bytes.

    lengths, utf8, counts : (V,) int32, (B,) uint8, (V,) int64, part by part
    kinds : for each count how many words have it, and the bytes of those
    """

    lengths: Spool = field(default_factory=lambda: Spool(np.int32, 0))
    utf8: Spool = field(default_factory=lambda: Spool(np.uint8, 0))
    counts: Spool = field(default_factory=lambda: Spool(np.int64, 0))
    kinds: dict[int, np.ndarray] = field(default_factory=dict)

    def append(self, lengths: np.ndarray, utf8: np.ndarray, counts: np.ndarray) -> None:
        for spool, part in ((self.lengths, lengths), (self.utf8, utf8), (self.counts, counts)):
            spool.append(part)
        values, kinds = np.unique(counts, return_inverse=True)
        for value, *more in zip(values.tolist(), np.bincount(kinds), np.bincount(kinds, lengths)):
            self.kinds[value] = self.kinds.get(value, 0) + np.array(more, np.int64)


def merge(
    runs: np.ndarray, lengths: np.ndarray, utf8: np.ndarray, counts: np.ndarray, advance: Callable
) -> tuple[MergedWords, np.ndarray]:
    """The words of sorted runs, each once, with the sum of its counts; and which of them each word of each run is.

    runs : (runs, 3) int64, the first word of each run, the one behind its last, and its first byte in `utf8`
    lengths, utf8, counts : of the words of all runs
    advance : told how many of them are done

    EmbedkitError where there are too many for int32.
    """
    ranks, merged, total = reserved(np.int32, len(lengths)), MergedWords(), 0
    heads, stops, at = runs.T.copy()
    heap, keys = np.empty((2, len(runs)), np.int64)
    state = stops, heads, at, keys, lengths, utf8
    size = _kernels.begin_merge(heap, *state)
    room = np.empty(WORDS, np.int32), np.empty(BYTES, np.uint8), np.empty(WORDS, np.int64)
    while size:
        done = heads.sum()
        size, n, used = _kernels.merge(heap, size, *state, counts, total, ranks, *room)
        total += n
        if total > MOST:
            raise EmbedkitError(f"the text has more than {MOST} different words", "are there spaces between them?")
        # Spools that keep nothing in memory are done with a part when they have it.
        merged.append(room[0][:n], room[1][:used], room[2][:n])
        release(lengths, utf8, counts, ranks)
        advance(int(heads.sum() - done))
    return merged, ranks


def place(words: MergedWords) -> tuple[Vocab, np.ndarray]:
    """`words` by falling count, equal counts by bytes; and (V,) int32 the id that each of them has there."""
    values = np.array(sorted(words.kinds), np.int64)
    types, size = np.array([words.kinds[value] for value in values.tolist()], np.int64).reshape(-1, 2).T
    # Each kind stands behind those with larger counts.
    next_id, next_byte = types[::-1].cumsum()[::-1] - types, size[::-1].cumsum()[::-1] - size
    offsets, utf8 = reserved(np.int64, int(types.sum()) + 1), reserved(np.uint8, int(size.sum()))
    counts, ids = reserved(np.int64, len(offsets) - 1), Spool(np.int32, 0)
    for lengths, bytes, part in zip(words.lengths.parts(), words.utf8.parts(), words.counts.parts()):
        kinds, placed = np.searchsorted(values, part), np.empty(len(part), np.int32)
        _kernels.place(kinds, part, next_id, next_byte, lengths, bytes, placed, offsets, utf8, counts)
        ids.append(placed)
        release(offsets, utf8, counts)
    for array in (offsets, utf8, counts):
        array.flags.writeable = False
    return Vocab(offsets, utf8, counts), ids.array()
