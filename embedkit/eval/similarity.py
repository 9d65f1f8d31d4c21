"""Do vectors find alike what people find alike? Rank and linear correlation of cosines with human scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import BrokenVector
from ..units import counted
from ..vectors.query import BLOCK, similarity
from .protocols import PLAIN, Protocol
from .readers import Pairs
from .source import Found, Lookup, Source

LEAST = 2  # values that a correlation needs


class Agreement(NamedTuple):
    """Correlations, None where they are undefined; `used` of `total` pairs are in vocabulary.

    For every pair of the file `cosines` (n,) float64, NaN where it was left out, `gold` (n,) float64, `rarest` (n,)
    int64, the higher id of its words, -1 out of vocabulary, and `order` (n,) float64, what Spearman's ranks are of:
    gold, if the protocol has no other order. `distinct` and `capitals` are those of `source.Found`.
    """

    spearman: float | None
    pearson: float | None
    used: int
    total: int
    distinct: int
    capitals: int
    cosines: np.ndarray
    gold: np.ndarray
    rarest: np.ndarray
    order: np.ndarray

    def scores(self, metric: str) -> np.ndarray:
        """What the cosines are correlated with by `metric`."""
        return self.order if metric == "spearman" else self.gold

    def reason(self) -> str:
        """Why a correlation is None; empty if none is."""
        if self.spearman is not None and self.pearson is not None:
            return ""
        has_cosine = ~np.isnan(self.cosines)
        if has_cosine.sum() < LEAST:
            return f"{self.used} of {counted(self.total, 'pair')} known; a correlation needs {LEAST}"
        return f"all {'cosines' if _is_constant(self.cosines[has_cosine]) else 'scores'} are equal: no correlation"


def judge_pairs(source: Source, pairs: Pairs, protocol: Protocol = PLAIN) -> Agreement:
    """Spearman and Pearson correlation between the cosines of `pairs` and their gold scores.

    Pairs with a word out of vocabulary are left out, if the protocol does not give them the cosine 0. Pairs that are
    there twice count twice. Raises EmbedkitError for a vector that holds NaN or infinity.
    """
    found = find_pairs(source, pairs, protocol)
    ids = found.ids.reshape(-1, 2)
    known = (ids >= 0).all(1)
    check_finite(source, np.unique(ids[known]))
    cosines = np.full(len(ids), 0.0 if protocol.unknown_pairs == "zero" else np.nan)
    # Rounded to float32, some would become equal, and share a rank.
    cosines[known] = similarity(source, *ids[known].T, dtype=np.float64)
    rarest = np.where(known, ids.max(1), -1)
    order = ranks(np.array(pairs.written)) if protocol.gold == "text" else pairs.gold
    return agreement(cosines, pairs.gold, rarest, order, found.distinct, found.capitals)


def find_pairs(source: Source, pairs: Pairs, protocol: Protocol) -> Found:
    """The words of `pairs` as `protocol` knows them."""
    found = Lookup(source, protocol.case, protocol.limit if protocol.limit_pairs else 0).find(pairs.words)
    if protocol.zero_is_unknown:
        found.ids[source.norms[found.ids] == 0] = -1  # that of -1 is of no matter
    return found


def agreement(
    cosines: np.ndarray,
    gold: np.ndarray,
    rarest: np.ndarray,
    order: np.ndarray | None = None,
    distinct: int = 0,
    capitals: int = 0,
) -> Agreement:
    """The correlations of `cosines` with `gold`, and of its `order`, where there is a cosine."""
    known, used, order = ~np.isnan(cosines), int((rarest >= 0).sum()), gold if order is None else order
    rho, r = spearman(cosines[known], order[known]), pearson(cosines[known], gold[known])
    return Agreement(rho, r, used, len(gold), distinct, capitals, cosines, gold, rarest, order)


def spearman(x: np.ndarray, y: np.ndarray) -> float | None:
    """Rank correlation, equal values sharing the mean of their ranks; None where `pearson` of the ranks is."""
    return pearson(ranks(x), ranks(y))


def pearson(x: np.ndarray, y: np.ndarray) -> float | None:
    """Linear correlation of x and y (n,); None for fewer than two values or where all are the same."""
    if len(x) < LEAST or _is_constant(x) or _is_constant(y):
        return None
    x, y = (values - values.mean() for values in (np.asarray(x, np.float64), np.asarray(y, np.float64)))
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1, 1))


def _is_constant(values: np.ndarray) -> bool:
    return bool((values == values[0]).all())


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks (n,) float64 from 1, ties averaged."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def check_finite(source: Source, ids: np.ndarray) -> None:
    """Raise EmbedkitError naming the first of the words `ids` whose vector holds NaN or infinity."""
    step = max(1, BLOCK // source.width)
    for block in (ids[at : at + step] for at in range(0, len(ids), step)):
        broken = block[~np.isfinite(source.rows(block)).all(1)]
        if len(broken):
            raise BrokenVector(source.vocab[int(broken[0])])
