"""Pairs dealt out to batches of like lengths, padded and masked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...text.pairs import EOS_ID, Pairs, Sequences

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

    def split(self, parts: int) -> list[Batch]:
        """The columns in so many batches, without the places that are padding in all of theirs."""
        ends = [self.inputs.shape[1] * part // parts for part in range(parts + 1)]
        return [self._columns(slice(*span)) for span in zip(ends, ends[1:])]

    def _columns(self, span: slice) -> Batch:
        mask, wanted = None if self.mask is None else self.mask[:, span], self.targets[:, span] != SKIP
        S = len(self.sources) if mask is None else int(mask.any(axis=1).sum())
        T = int(wanted.any(axis=1).sum())
        mask = None if mask is None or mask[:S].all() else mask[:S]
        inputs, targets = (np.ascontiguousarray(part[:T, span]) for part in (self.inputs, self.targets))
        return Batch(np.ascontiguousarray(self.sources[:S, span]), mask, inputs, targets, int(np.count_nonzero(wanted)))


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

    def of(self, numbers: np.ndarray) -> Batch:
        """The batch of these pairs."""
        return _batch(*_dense(self.pairs.sources, numbers, self.reverse), *_dense(self.pairs.targets, numbers, False))

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
    numbers = np.arange(len(sources))
    read, written = (Sequences.of(part) for part in (sources, targets))
    return _batch(*_dense(read, numbers, reverse), *_dense(written, numbers, False))


def padded_sources(sources: list[np.ndarray], reverse: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Ids (S, B) int32 and mask (S, B) of sources, padded behind their ends, also where `reverse` turns them round."""
    if len(sources) == 1:  # the general way is a quarter of what a short line takes
        (ids,) = sources
        return (ids[::-1] if reverse else ids)[:, None], None
    ids, is_there = _dense(Sequences.of(sources), np.arange(len(sources)), reverse)
    return ids, None if is_there.all() else is_there


def _dense(sequences: Sequences, numbers: np.ndarray, reverse: bool) -> tuple[np.ndarray, np.ndarray]:
    """Sequences as columns (S, B), zeros behind their ends, and where they have tokens (S, B) bool."""
    ends, lengths = sequences.ends[numbers], sequences.lengths[numbers]
    steps = np.arange(lengths.max())[:, None]
    is_there = steps < lengths
    places = ends - 1 - steps if reverse else ends - lengths + steps
    return np.where(is_there, sequences.ids[np.where(is_there, places, 0)], 0), is_there


def _batch(sources: np.ndarray, mask: np.ndarray, targets: np.ndarray, is_there: np.ndarray) -> Batch:
    T, B = targets.shape
    inputs, wanted = np.full((T + 1, B), EOS_ID, np.int32), np.full((T + 1, B), SKIP, np.int32)
    inputs[1:] = targets
    np.copyto(wanted[:-1], targets, where=is_there)
    lengths = is_there.sum(axis=0)
    wanted[lengths, np.arange(B)] = EOS_ID
    return Batch(sources, None if mask.all() else mask, inputs, wanted, int(lengths.sum()) + B)
