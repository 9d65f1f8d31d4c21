"""Masking of tokens (Devlin et al. 2019), drawn anew for each epoch (Liu et al. 2019)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MASKED, RANDOM = 0.8, 0.1  # shares of the chosen tokens that are read as [MASK], and as any token of the vocabulary


class Masked(NamedTuple):
    """A sequence of n tokens as the model reads it, `inputs` (n,) int32, the `places` (k,) that it predicts, ascending,
    and what stands there, `targets` (k,) int32."""

    inputs: np.ndarray
    places: np.ndarray
    targets: np.ndarray


class Masking:
    """Masks of sequences: a function of the seed, the epoch and the number of a sequence.

    rate : share of the tokens of a sequence that is chosen, one at least
    starts : (V,) bool, tokens that begin a word. Words are chosen as wholes, in random order; one that would overshoot
        the share is passed over, unless it is the first
    mask : the id of [MASK]

    A chosen token is read as [MASK], as a random token (uniform over all V) or as it is, with shares .8, .1 and .1:
    drawn for each token by itself, also within a word.
    """

    def __init__(self, rate: float, starts: np.ndarray, mask: int, seed: int):
        self.rate, self.starts, self.mask, self.seed = rate, starts, mask, seed

    def __call__(self, ids: np.ndarray, *place: int) -> Masked:
        """The sequence `ids` (n,) of this `place`: epoch and number, or a number alone for a text that is always masked
        the same."""
        rng = np.random.default_rng((self.seed, *place))
        places = self._chosen(ids, rng)
        targets, inputs, fate = ids[places], ids.astype(np.int32), rng.random(len(places))
        others = rng.integers(len(self.starts), size=len(places))
        inputs[places] = np.where(fate < MASKED, self.mask, np.where(fate < MASKED + RANDOM, others, targets))
        return Masked(inputs, places, targets.astype(np.int32))

    def _chosen(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        starts = self.starts[ids]
        starts[0] = True
        begins = np.flatnonzero(starts)
        ends = np.append(begins[1:], len(ids)).tolist()
        chosen, begins = np.zeros(len(ids), bool), begins.tolist()
        left = budget = max(1, round(self.rate * len(ids)))
        for word in rng.permutation(len(begins)).tolist():
            size = ends[word] - begins[word]
            if size <= left or left == budget:
                chosen[begins[word] : ends[word]] = True
                left -= size
            if left <= 0:
                break
        return np.flatnonzero(chosen)
