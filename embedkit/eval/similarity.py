"""Do vectors find alike what people find alike? Rank and linear correlation of cosines with human scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError
from ..vectors.query import BLOCK, similarity
from .readers import Pairs
from .source import Source, look_up


class Agreement(NamedTuple):
    """Correlations over the `used` pairs of `total`, None where they are undefined."""

    spearman: float | None
    pearson: float | None
    used: int
    total: int
    distinct: int
    capitals: int


def judge_pairs(source: Source, pairs: Pairs, lowercase: bool = False) -> Agreement:
    """Spearman and Pearson correlation between the cosines of `pairs` and their gold scores.

    Pairs with a word out of vocabulary are left out, whatever becomes of analogies: no cosine is made up for them.
    Pairs that the file repeats count each time. `distinct` and `capitals` are those of `source.Found`. Raises
    EmbedkitError for a vector that holds NaN or infinity.
    """
    found = look_up(source, pairs.words, lowercase=lowercase)
    ids = found.ids.reshape(-1, 2)
    used = (ids >= 0).all(1)
    a, b = ids[used].T
    _check_finite(source, np.unique(ids[used]))
    cosines, gold = similarity(source, a, b), pairs.gold[used]
    return Agreement(spearman(cosines, gold), pearson(cosines, gold), len(a), len(ids), found.distinct, found.capitals)


def spearman(x: np.ndarray, y: np.ndarray) -> float | None:
    """Rank correlation, equal values sharing the mean of their ranks; None where `pearson` of the ranks is."""
    return pearson(ranks(x), ranks(y))


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Linear correlation of x and y (n,); None for fewer than two values or where all are the same."""
    if len(x) < 2 or (x == x[0]).all() or (y == y[0]).all():
        return None
    x, y = (values - values.mean() for values in (np.asarray(x, np.float64), np.asarray(y, np.float64)))
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1, 1))


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks (n,) float64 from 1, ties averaged."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _check_finite(source: Source, ids: np.ndarray) -> None:
    step = max(1, BLOCK // source.width)
    for block in (ids[at : at + step] for at in range(0, len(ids), step)):
        broken = block[~np.isfinite(source.rows(block)).all(1)]
        if len(broken):
            raise EmbedkitError(f"the vector of {source.vocab[int(broken[0])]!r} holds NaN or infinity")
