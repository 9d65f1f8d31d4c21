"""The Protocol of a masked language model: what filling, pseudo-log-likelihood and contextual vectors need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ...text.vocab import Vocab


class MaskedModel(Protocol):
    """Predicts tokens from those on both sides.

    vocab : V words, the ids of three of which are `eos`, `unk` and `mask`
    metadata : how it was made; `config.text` says how a line becomes tokens
    room : most tokens of a sequence; a longer one is not to be asked
    layers : blocks of self-attention

    A sequence is (n,) ids without `<eos>`. What one gets depends on the others that are asked along with it in the last
    bits alone.
    """

    vocab: Vocab
    eos: int
    unk: int
    mask: int
    metadata: dict
    room: int
    layers: int

    def log_probabilities(self, sequences: Sequence[np.ndarray], places: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Of each sequence natural log probabilities (k, V) float32 of every word at its k places."""
        ...

    def score(self, sequences: Sequence[np.ndarray], places: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Of each of N sequences the natural log probability, (N,) float64, of its target at its place: `targets` (N,)
        and `places` (N,)."""
        ...

    def hidden(self, sequences: Sequence[np.ndarray], layer: int) -> list[np.ndarray]:
        """Of each sequence the states (n + 1, D) float32 after block `layer`, those at `<eos>`, before it, first."""
        ...
