"""Lines dealt out to batches of like lengths, and masked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...io.spool import pieces
from .masking import Masking

STEPS = 16  # classes of lengths whose lines share batches


class Batch(NamedTuple):
    """B sequences of at most T tokens, `<eos>` first.

    ids : (T, B) int32, as they are read; 0 behind the ends
    mask : (T, B) bool, False behind the ends; None where all are of one length
    places, targets : (k,) of the rows of (T · B) those that are predicted, and what stands there
    """

    ids: np.ndarray
    mask: np.ndarray | None
    places: np.ndarray
    targets: np.ndarray


def parts(lengths: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Lines of so many tokens (n,) in parts of at most `room`, those of a line of about one length: (begins in the
    line, ends), one line after another. An empty line has none."""
    counts = -(-lengths // room)
    line = np.repeat(np.arange(len(lengths)), counts)
    number = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    return number * lengths[line] // counts[line], (number + 1) * lengths[line] // counts[line]


def lines_of(ids: np.ndarray, eos: int) -> tuple[np.ndarray, np.ndarray]:
    """Begins and lengths of the lines of a text `ids` (N,), without the `eos` that ends each."""
    at, ends = 0, []
    for part in pieces(ids):
        ends.append(np.flatnonzero(part == eos) + at)
        at += len(part)
    ends = np.concatenate([*ends, [at] if not at or ids[-1] != eos else []]).astype(np.int64)
    begins = np.concatenate([[0], ends[:-1] + 1])
    return begins, ends - begins


class Batches:
    """Sequences of a text, `context` tokens at most: `<eos>` and a line, or a part of one that is longer.

    A batch has sequences of like lengths, as many as make `size` · `context` tokens with their padding. Its lengths are
    the same in each epoch, and so is the number of batches; which of the sequences of about that length it has, and the
    order of batches, is a function of `seed` and epoch.
    """

    def __init__(self, ids: np.ndarray, eos: int, context: int, size: int, seed: int):
        self._ids, self._eos, self._seed = ids, eos, seed
        begins, lengths = lines_of(ids, eos)
        first, last = parts(lengths, context - 1)
        counts = -(-lengths // (context - 1))
        self._begins, self.lengths = np.repeat(begins, counts) + first, last - first
        step = max(1, context // STEPS)
        self._classes = np.minimum(-(-(self.lengths + 1) // step) * step, context)
        self._bounds = _bounds(np.sort(self._classes), size * context)
        self._epoch, self._dealt = None, []

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @property
    def tokens(self) -> int:
        """Tokens of an epoch, `<eos>` among them."""
        return int(self.lengths.sum()) + len(self.lengths)

    def training(self, epoch: int, number: int, masking: Masking) -> Batch:
        """Batch `number` of an epoch, masked as that epoch has it."""
        if epoch != self._epoch:
            self._epoch, self._dealt = epoch, self._shuffled(epoch)
        return self._batch(self._dealt[number], masking, epoch)

    def validation(self, number: int, masking: Masking) -> Batch:
        """Batch `number` by length, masked as always."""
        order = np.argsort(self._classes, kind="stable")
        return self._batch(order[self._bounds[number] : self._bounds[number + 1]], masking)

    def _shuffled(self, epoch: int) -> list[np.ndarray]:
        rng = np.random.default_rng((self._seed, epoch))
        order = np.lexsort((rng.random(len(self.lengths)), self._classes))
        dealt = np.split(order, self._bounds[1:-1])
        return [dealt[number] for number in rng.permutation(len(dealt))]

    def _batch(self, numbers: np.ndarray, masking: Masking, *epoch: int) -> Batch:
        B, lengths = len(numbers), self.lengths[numbers]
        ids = np.zeros((int(lengths.max()) + 1, B), np.int32)
        ids[0], places, targets = self._eos, [], []
        for b, (number, begin, n) in enumerate(zip(numbers.tolist(), self._begins[numbers].tolist(), lengths.tolist())):
            masked = masking(self._ids[begin : begin + n], *epoch, number)
            ids[1 : n + 1, b] = masked.inputs
            places.append((masked.places + 1) * B + b)
            targets.append(masked.targets)
        return Batch(ids, padding(lengths + 1), np.concatenate(places), np.concatenate(targets))


def padding(lengths: np.ndarray) -> np.ndarray | None:
    """The mask (T, B) of sequences of so many tokens (B,), None where all have as many."""
    is_there = np.arange(int(lengths.max()))[:, None] < lengths
    return None if is_there.all() else is_there


def _bounds(widths: np.ndarray, room: int) -> list[int]:
    """Where batches of sequences, whose `widths` rise, begin, and where the last one ends: so many that the widest
    times their number is `room` at most."""
    bounds = [0]
    while (at := bounds[-1]) < len(widths):
        most = min(room // int(widths[at]), len(widths) - at)
        bounds.append(at + int((widths[at : at + most] * np.arange(1, most + 1) <= room).sum()))
    return bounds
