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


class NgramModel:
    """A language model (see `lm.protocol`) of `levels` from single words up, none of them empty.

    Its state is (order - 1, B) int64: the index of the last 1, 2 … words read among the n-grams of that length, -1
    where they are none. After a line end only that is left: no context crosses a line.
    """

    batches = True

    def __init__(self, vocab: Vocab, levels: list[Level], metadata: dict):
        self.vocab, self.levels, self.metadata = vocab, levels, metadata
        self.eos, self.unk = vocab.id(EOS), vocab.id(UNK)

    def start(self, B: int) -> np.ndarray:
        return np.full((len(self.levels) - 1, B), -1)

    def step(self, ids: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        V = len(self.vocab)
        _, state = self._read(ids[None], state)
        rows = np.tile(self.levels[0].log10, (len(ids), 1))
        for below, level, context in zip(self.levels, self.levels[1:], state):
            rows += np.where(context >= 0, below.backoff[context], 0)[:, None]
            # What is known after a context lies side by side; nothing does after -1.
            begins, ends = np.searchsorted(level.keys, np.stack([context, context + 1]) * V)
            for row, begin, end in zip(rows, begins, ends):
                row[level.keys[begin:end] % V] = level.log10[begin:end]
        return rows * LN10, state

    def score(self, inputs: np.ndarray, targets: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked = np.maximum(targets, 0)
        contexts, state = self._read(inputs, state)
        scores = self.levels[0].log10[asked]
        for below, level, context in zip(self.levels, self.levels[1:], contexts):
            scores += np.where(context >= 0, below.backoff[context], 0)
            at = find(level.keys, context * len(self.vocab) + asked)
            scores = np.where(at >= 0, level.log10[at], scores)
        return np.where(targets < 0, np.float32(0), scores * LN10), state

    def _read(self, inputs: np.ndarray, state: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """The state at each of `inputs` (T, B), a list of (T, B) for contexts of 1, 2 … words, and after the last."""
        contexts, after, before = [], np.empty_like(state), inputs
        for n, level in enumerate(self.levels[:-1]):
            # A word is its own index; a line end leaves nothing longer.
            found = inputs.astype(np.int64)
            if n:
                found = find(level.keys, before * len(self.vocab) + found)
                found[inputs == self.eos] = -1
            contexts.append(found)
            chain = np.concatenate([state[n : n + 1], found])
            before, after[n] = chain[:-1], chain[-1]
        return contexts, after


def find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The index of each of `wanted` in the rising `keys`, -1 where it is not in there."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)
