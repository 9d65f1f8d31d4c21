"""Pairs dealt out to batches of like lengths, padded and masked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...text.pairs import EOS_ID, Pairs

SKIP = -1  # a target that is not there
POOL = 64  # batches whose pairs are sorted together


class Batch(NamedTuple):
    """B pairs, of at most S source and T - 1 target tokens.

    sources : (S, B) int32, from the first place on; `mask` (S, B) bool is False past the end, None where none is
    inputs, targets : (T, B) int32, `<eos>` and the target, and the target and `<eos>`; past the end SKIP is the target
    count : targets that are there
    """

    sources: np.ndarray
    mask: np.ndarray | None
    inputs: np.ndarray
    targets: np.ndarray
    count: int


class Batches:
    """Batches of `size` pairs. Their order is a function of seed and epoch.

    Pairs are shuffled, and of every POOL batches sorted by length, so that there is little padding; then the batches
    are shuffled. `reverse` reads sources from their end.
    """

    def __init__(self, pairs: Pairs, size: int, seed: int, reverse: bool):
        self.pairs, self.size, self.seed, self.reverse = pairs, size, seed, reverse
        self._epoch, self._order = None, None

    def __len__(self) -> int:
        return -(-len(self.pairs) // self.size)

    def batch(self, epoch: int, number: int) -> Batch:
        """Batch `number` of an epoch."""
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._dealt(epoch)
        return self.of(self._order[number])

    def of(self, numbers: Iterable[int]) -> Batch:
        """The batch of these pairs."""
        return padded(*([part[n] for n in numbers] for part in (self.pairs.sources, self.pairs.targets)), self.reverse)

    def sorted(self) -> list[np.ndarray]:
        """The numbers of the pairs of each batch, in order of length."""
        order = _by_length(self.pairs, np.arange(len(self.pairs)))
        return [order[at : at + self.size] for at in range(0, len(order), self.size)]

    def _dealt(self, epoch: int) -> list[np.ndarray]:
        rng = np.random.default_rng((self.seed, epoch))
        order, found = rng.permutation(len(self.pairs)), []
        for at in range(0, len(order), POOL * self.size):
            pool = _by_length(self.pairs, order[at : at + POOL * self.size])
            found += [pool[begin : begin + self.size] for begin in range(0, len(pool), self.size)]
        return [found[number] for number in rng.permutation(len(found))]


def _by_length(pairs: Pairs, numbers: np.ndarray) -> np.ndarray:
    lengths = pairs.targets.lengths[numbers], pairs.sources.lengths[numbers]
    return numbers[np.lexsort(lengths)]


def padded(sources: list[np.ndarray], targets: list[np.ndarray], reverse: bool) -> Batch:
    """The batch of these ids."""
    read, mask = padded_sources(sources, reverse)
    lengths = np.array([len(ids) for ids in targets])
    T, B = lengths.max() + 1, len(targets)
    inputs, wanted = np.full((T, B), EOS_ID, np.int32), np.full((T, B), SKIP, np.int32)
    is_there = np.arange(T)[:, None] < lengths
    flat = np.concatenate(targets)
    inputs[1:].T[is_there[:-1].T] = flat
    wanted.T[is_there.T] = flat
    wanted[lengths, np.arange(B)] = EOS_ID
    return Batch(read, mask, inputs, wanted, int(lengths.sum()) + B)


def padded_sources(sources: list[np.ndarray], reverse: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Ids (S, B) int32 and mask (S, B) of sources, padded behind their ends, also where `reverse` turns them round."""
    lengths = np.array([len(ids) for ids in sources])
    S, B = lengths.max(), len(sources)
    found, is_there = np.zeros((S, B), np.int32), np.arange(S)[:, None] < lengths
    found.T[is_there.T] = np.concatenate([ids[::-1] for ids in sources] if reverse else sources)
    return found, None if is_there.all() else is_there
