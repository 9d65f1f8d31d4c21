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
    keeps_space : whether a word keeps the white space that stands before it in a line, as subwords want it
    """

    def __init__(self, types: int = 1 << 12, arena: int = 1 << 16, room: int | None = None, keeps_space: bool = False):
        self.room, self.keeps_space, self._start = room, keeps_space, (types, arena)
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

    @property
    def end(self) -> bytes:
        """A byte that no word has: what words can be told apart by."""
        return b"\n" if self.keeps_space else b" "

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

        `text` ends with a space, tab or newline; with `keeps_space`, anyhow. CR bytes are left out. Returns the types
        and how many bytes of `text` they are: fewer than all where the table has outgrown its room.
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
        size = len(text)
        padded = words.view(np.uint8)[: size + 1]
        padded[:size], padded[size] = text, 32
        text = padded[:size]
        reached, last, n = 0, (_kernels.split_keeping if self.keeps_space else _kernels.split)(text, ends), 0
        if self.keeps_space and size and text[-1] != 10:
            ends[last] = size  # the last word ends with the text, at the space behind it
            last += 1
        while True:
            table = self.slots, self.types, self.arena, self.size
            reached, n = _kernels.scan(
                padded, words, ends, reached, last, base, self.keeps_space, self._batch, *table, ids, n
            )
            if reached == last:
                return ids[:n].copy(), size
            if not self._grow(size):
                return ids[:n].copy(), self._start_behind(int(ends[reached - 1]), text) if reached else 0

    def _start_behind(self, end: int, text: np.ndarray) -> int:
        return end if self.keeps_space and text[end] != 10 else end + 1

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
