"""Hypotheses: what a search finds, how they are ranked, how long they may become."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# A source of S tokens has an output of at most SLOPE · S + ROOM, unless another limit is given.
SLOPE, ROOM = 2, 20


class Hypothesis(NamedTuple):
    """A finished output.

    ids : (T,) int32, without the `<eos>` behind them
    ln : natural log probability of the ids and `<eos>`
    score : `ln` by the length penalty; what ranks outputs of one source
    hit_cap : True if the output had to end here, and the model would rather have gone on
    attention : (T, S) float32, the weights with which each token was predicted, or None
    """

    ids: np.ndarray
    ln: float
    score: float
    hit_cap: bool
    attention: np.ndarray | None


def length_penalty(tokens, alpha: float):
    """tokens^α, by which log probabilities are divided; `<eos>` is one of the tokens. With α = 0 nothing is penalized,
    with 1 the mean log probability of a token ranks outputs."""
    return np.asarray(tokens, np.float64) ** alpha


def caps(sources: list[np.ndarray], max_length: int | None = None) -> np.ndarray:
    """The most tokens of the output of each source, (B,), without `<eos>`: `max_length`, or by the source's length."""
    if max_length is not None:
        return np.full(len(sources), max_length)
    return np.array([SLOPE * len(source) + ROOM for source in sources], int)
