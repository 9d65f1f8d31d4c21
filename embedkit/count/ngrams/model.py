"""N-grams with back-off weights, asked as a language model.

p(w | c) is that of the n-gram c w where it is known, else the back-off weight of c, which is 1 where c is not known,
times p(w | c without its first word).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ...text.stream import EOS, UNK
from ...text.vocab import Vocab

LN10 = np.float32(math.log(10))


class Level(NamedTuple):
    """All G n-grams of one order.

    keys : (G,) int64, rising: the index of the first n - 1 words one order below * V + the last word; of single words,
        the ids 0 to V - 1. The line end stands for `<s>` as the first of several words, else for `</s>`.
    log10 : (G,) float32, of the probability of the last word after the others
    backoff : (G,) float32, log10 of the back-off weight of all these words as a context; 0 at the highest order
    """

    keys: np.ndarray
    log10: np.ndarray
    backoff: np.ndarray


def words_of(levels: list[Level], keys: np.ndarray, V: int) -> np.ndarray:
    """The words (n, G) of n-grams with these `keys` (G,), one word longer than those of the last of `levels`."""
    columns, rest = [], keys
    for level in reversed(levels):
        prefix, last = np.divmod(rest, V)
        columns, rest = [last, *columns], level.keys[prefix]
    return np.stack([rest, *columns])


class NgramModel:
    """A language model (see `lm.protocol`) of `levels` from single words up, none of them empty.

    Its state is (order - 1, B) int64: the index of the last 1, 2 … words read among the n-grams of that length, -1
    where they are none. After a line end only that is left: no context crosses a line.
    """

    supports_batching = True
    steps = 1 << 17  # of more words at a time, what is looked up lies closer together

    def __init__(self, vocab: Vocab, levels: list[Level], metadata: dict):
        self.vocab, self.levels, self.metadata = vocab, levels, metadata
        self.eos, self.unk = vocab.id(EOS), vocab.id(UNK)

    def start(self, B: int) -> np.ndarray:
        return np.full((len(self.levels) - 1, B), -1)

    def step(self, ids: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        V = len(self.vocab)
        state = self._read(ids, state)
        rows = np.tile(self.levels[0].log10, (len(ids), 1))
        for below, level, context in zip(self.levels, self.levels[1:], state):
            rows += np.where(context >= 0, below.backoff[context], 0)[:, None]
            # What is known after a context lies side by side; nothing does after -1.
            begins, ends = np.searchsorted(level.keys, np.stack([context, context + 1]) * V)
            for row, begin, end in zip(rows, begins, ends):
                row[level.keys[begin:end] % V] = level.log10[begin:end]
        return rows * LN10, state

    def score(self, inputs: np.ndarray, targets: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        V, ends, asked = len(self.vocab), inputs == self.eos, np.maximum(targets, 0)
        # As a rule the next word read is the one asked for: what is found for the one need not be looked for again.
        is_text = ((inputs[1:] == targets[:-1]) | ends[1:]).all()
        scores, context, after = self.levels[0].log10[asked], inputs.astype(np.int64), np.empty_like(state)
        for n, (below, level) in enumerate(zip(self.levels, self.levels[1:])):
            after[n] = context[-1]
            scores += np.where(context >= 0, below.backoff[context], 0)
            at = find(level.keys, context * V + asked)
            scores = np.where(at >= 0, level.log10[at], scores)
            if level is self.levels[-1]:
                break
            before = np.concatenate([state[n : n + 1], context[:-1]])
            if is_text:
                context = np.concatenate([find(level.keys, before[:1] * V + inputs[:1]), at[:-1]])
            else:
                context = find(level.keys, before * V + inputs)
            context[ends] = -1
        return np.where(targets < 0, np.float32(0), scores * LN10), after

    def _read(self, ids: np.ndarray, state: np.ndarray) -> np.ndarray:
        """The state after `ids` (B,)."""
        after = np.empty_like(state)
        after[:1] = ids
        for n, level in enumerate(self.levels[1:-1], 1):
            # A line end leaves nothing longer than itself.
            after[n] = np.where(ids == self.eos, -1, find(level.keys, state[n - 1] * len(self.vocab) + ids))
        return after


def find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The index of each of `wanted` in the rising `keys`, -1 where it is not in there."""
    order = nearly_sorted(wanted.reshape(-1))
    sought = wanted.reshape(-1)[order]
    at = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    found = np.empty(wanted.shape, np.int64)
    found.reshape(-1)[order] = np.where(keys[at] == sought, at, -1)
    return found


def nearly_sorted(numbers: np.ndarray) -> np.ndarray:
    """An order (N,) in which int64 `numbers` (N,) rise, but for those that differ in their last bits alone.

    A search for such numbers finds each near the one before, in the processor's cache; in any order, most of it is
    waiting for memory. Sorting numbers that have their places in the last bits takes a fifth of the time of argsort.
    """
    bits = max(len(numbers) - 1, 1).bit_length()
    spare = max(0, int(numbers.max(initial=0)).bit_length() + bits - 63)
    packed = (numbers >> spare << bits) + np.arange(len(numbers))
    packed.sort()
    return packed & ((1 << bits) - 1)
