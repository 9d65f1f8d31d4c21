"""A growing table of distinct words, filled by kernels."""

from __future__ import annotations

import numpy as np

from . import _kernels
from .vocab import Vocab

TYPE = 8 * 8 + 4 * 8  # bytes that a type takes beside its own: a row, and four slots


class WordTable:
    """Distinct byte strings with their counts (the layout is told in `_kernels`).

    types, arena : of how many types and bytes it starts
    room : bytes to which it may grow from there; None is all it needs
    """

    def __init__(self, types: int = 1 << 12, arena: int = 1 << 16, room: int | None = None):
        self.room, self._start = room, (types, arena)
        self.clear()
        # Room for one block, kept from scan to scan: fresh memory costs more than what is done with it.
        self._words, self._ends, self._ids = np.empty(0, np.uint64), np.empty(0, np.int32), np.empty(0, np.int32)
        self._batch = np.empty((4, _kernels.BATCH), np.int64)

    def clear(self) -> None:
        """Begin anew."""
        types, arena = self._start
        self.slots = np.zeros(4 * types, np.int64)
        self.types = np.zeros((types, 8), np.int64)
        self.arena = np.zeros(arena, np.uint8)
        self.size = np.zeros(2, np.int64)

    def __len__(self) -> int:
        return int(self.size[0])

    @property
    def starts(self) -> np.ndarray:
        """Offsets of the types in `arena`; the next one begins where it ends."""
        return self.types[: len(self), _kernels.START]

    @property
    def lengths(self) -> np.ndarray:
        return self.types[: len(self), _kernels.LENGTH]

    @property
    def counts(self) -> np.ndarray:
        return self.types[: len(self), _kernels.COUNT]

    @property
    def firsts(self) -> np.ndarray:
        """Offset of the first occurrence of each type."""
        return self.types[: len(self), _kernels.FIRST]

    @property
    def utf8(self) -> np.ndarray:
        """The bytes of all types, one after another."""
        return self.arena[: self.size[1]]

    @property
    def vocab(self) -> Vocab:
        """All types in order."""
        return Vocab(np.append(self.starts, self.size[1]), self.utf8, self.counts)

    def grow(self, types: int, arena: int) -> None:
        """Make room for `types` types and `arena` bytes in all."""
        if types > len(self.types):
            self.types = _longer(self.types[: len(self)], types)
            self.slots = np.zeros(1 << (4 * types - 1).bit_length(), np.int64)
            _kernels.rehash(self.slots, self.types, self.arena, len(self))
        if arena > len(self.arena):
            self.arena = _longer(self.utf8, arena)

    def _grow(self, longest: int) -> bool:
        """Make room for another word of up to `longest` bytes, unless the table is to stay as it is."""
        types, arena = len(self.types), len(self.arena)
        if len(self) == types:
            types *= 2
        else:
            arena = 2 * arena + longest
        # Pages of the arena that hold nothing yet cost nothing.
        if self.room is not None and len(self) and TYPE * types + 2 * self.size[1] > self.room:
            return False
        self.grow(types, arena)
        return True

    def scan(self, text: np.ndarray, base: int) -> tuple[np.ndarray, int]:
        """The types of `text`, which begins at byte `base` of the whole, in order; -1 is a line end; int32.

        `text` ends with a space, tab or newline. CR bytes are left out. Returns the types and how many bytes of `text`
        they are: fewer than all where the table has outgrown its room.
        """
        if 13 in text:
            known, kept = len(self), np.flatnonzero(text != 13)
            ids, read = self.scan(text[kept], base)
            fresh = self.types[known : len(self), _kernels.FIRST]
            fresh[:] = base + kept[fresh - base]
            return ids, int(kept[read]) if read < len(kept) else len(text)
        if len(text) >= len(self._ids):
            self._words = np.empty(len(text) // 8 + 3, np.uint64)
            self._ends, self._ids = np.empty(len(text) + 1, np.int32), np.empty(len(text) + 1, np.int32)
        words, ends, ids = self._words, self._ends, self._ids
        padded = words.view(np.uint8)[: len(text)]
        padded[:] = text
        text = padded
        reached, last, n = 0, _kernels.split(text, ends), 0
        while True:
            table = self.slots, self.types, self.arena, self.size
            reached, n = _kernels.scan(text, words, ends, reached, last, base, self._batch, *table, ids, n)
            if reached == last or not self._grow(len(text)):
                return ids[:n].copy(), int(ends[reached - 1]) + 1 if reached else 0

    def merge(self, other: WordTable) -> np.ndarray:
        """Take in the types of `other`; returns the type of each of them here."""
        self.grow(len(self) + len(other) + 1, int(self.size[1] + other.size[1]))
        mapped = np.empty(len(other), np.int32)
        table = self.slots, self.types, self.arena, self.size
        _kernels.merge(self._batch, *table, other.types, other.arena, mapped)
        return mapped


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, *array.shape[1:]), array.dtype)
    out[: len(array)] = array
    return out
