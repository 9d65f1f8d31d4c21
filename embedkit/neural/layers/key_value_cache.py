"""Keys and values of the steps that self-attention has read."""

from __future__ import annotations

import numpy as np


class KeyValueCache:
    """Keys and values (B, heads, length, d) of a layer: a value, that nothing changes.

    Caches that grow out of each other share memory with room for more steps. The first to be extended takes the room
    behind its last step; one that comes later, as a beam's second hypothesis does, gets memory of its own.
    """

    def __init__(self, memory: np.ndarray, filled: list[int], length: int):
        self._memory, self._filled, self.length = memory, filled, length

    @classmethod
    def empty(cls, B: int, heads: int, room: int, d: int, dtype) -> KeyValueCache:
        """No step, with room for so many."""
        return cls(np.empty((2, B, heads, room, d), dtype), [0], 0)

    @property
    def keys(self) -> np.ndarray:
        return self._memory[0, :, :, : self.length]

    @property
    def values(self) -> np.ndarray:
        return self._memory[1, :, :, : self.length]

    @property
    def alone(self) -> list[KeyValueCache]:
        """The caches of the sequences, each a batch of one."""
        return [KeyValueCache(self._memory[:, b : b + 1], [self.length], self.length) for b in range(self.B)]

    @property
    def B(self) -> int:
        return self._memory.shape[1]

    def extended(self, keys: np.ndarray, values: np.ndarray) -> KeyValueCache:
        """The cache with further steps, (B, heads, T, d) each."""
        length = self.length + keys.shape[2]
        memory, filled = self._memory, self._filled
        if filled[0] != self.length:
            memory, filled = np.empty_like(memory), [0]
            memory[:, :, :, : self.length] = self._memory[:, :, :, : self.length]
        filled[0] = length
        memory[0, :, :, self.length : length], memory[1, :, :, self.length : length] = keys, values
        return KeyValueCache(memory, filled, length)


class SeveralCaches(tuple):
    """Caches of sequences that are read as one batch, and go their own ways before and after: all of one length."""

    @property
    def length(self) -> int:
        return self[0].length

    def extended(self, keys: np.ndarray, values: np.ndarray) -> SeveralCaches:
        """`KeyValueCache.extended` of each, with its part of keys and values (B, heads, T, d)."""
        return SeveralCaches(cache.extended(keys[b : b + 1], values[b : b + 1]) for b, cache in enumerate(self))


def together(states: list):
    """The states of layers for k single sequences as one for a batch of k."""
    first = states[0]
    if isinstance(first, KeyValueCache):
        return SeveralCaches(states)
    return tuple(map(together, zip(*states))) if isinstance(first, tuple) else first


def apart(state, k: int) -> list:
    """The inverse."""
    if isinstance(state, KeyValueCache):
        return state.alone
    if isinstance(state, SeveralCaches):
        return list(state)
    return list(zip(*(apart(part, k) for part in state))) if isinstance(state, tuple) else [state] * k
