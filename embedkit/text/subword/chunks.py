"""Chunks of a text to ids of subwords, in compiled code. Importing this loads numba."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import _kernels
from .bpe import Bpe
from .byte_level import kinds


class ChunkEncoder:
    """The tables of a `Bpe` for the kernels."""

    def __init__(self, bpe: Bpe):
        pairs = np.array(list(bpe.merges), np.int64).reshape(-1, 2)
        made = np.array(list(bpe.merges.values()), np.int64).reshape(-1, 2)
        size = 1 << (4 * len(pairs) + 1).bit_length()
        self._table = np.full(size, -1, np.int64), np.zeros(size, np.int64)
        columns = (np.ascontiguousarray(column) for column in pairs.T)
        _kernels.insert(*columns, made[:, 0] << 32 | made[:, 1], *self._table)
        self._singles = np.array(bpe.bytes, np.int32)

    def __call__(self, text: bytes) -> tuple[np.ndarray, np.ndarray]:
        """Of chunks in valid UTF-8, which end with a newline each: the ids int32, and how many each has int64."""
        data = np.frombuffer(text, np.uint8)
        ends = np.flatnonzero(data == 10)
        longest = int(np.diff(ends, prepend=-1).max(initial=1))
        ids, sizes = np.empty(len(data), np.int32), np.empty(len(ends), np.int64)
        known = _kinds(data.max(initial=0) >= 0x80)
        n = _kernels.encode(data, known, self._singles, *self._table, np.empty(longest, np.int64), ids, sizes)
        return ids[:n].copy(), sizes


@lru_cache(2)
def _kinds(is_wide: bool) -> np.ndarray:
    return np.frombuffer(kinds() if is_wide else kinds(0x80), np.uint8)
