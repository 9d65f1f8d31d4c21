"""Bootstrap intervals of scores, and tests of differences between two models.

Percentile bootstrap (Efron & Tibshirani 1993, "An introduction to the bootstrap", sections 13.3 and 16): `RESAMPLES`
times as many pairs as there are, drawn with replacement, always from the same seed. Questions are right or wrong, so
their resamples are drawn as binomial and multinomial counts. McNemar's exact test judges differences in accuracy.
Token error rates are drawn as sources are, with the errors and the length of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import lgamma, log
from typing import NamedTuple

import numpy as np

from .correlation import pearson, spearman
from .sequences import Errors

RESAMPLES = 10000
SEED = 1
TOGETHER = 1 << 20  # resampled values at a time (8 MiB)

Interval = tuple[float | None, float | None]


class Difference(NamedTuple):
    """Score of the second minus that of the first model, its 95 % interval, two-sided p-value; None if undefined."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None


def correlation_interval(x: np.ndarray, y: np.ndarray, metric: str) -> Interval:
    """95 % interval of the `metric` (spearman or pearson) of x and y (n,); None twice where that is undefined."""
    return _interval(_resampled([x], y, metric)[0])


def accuracy_interval(correct: int, asked: int) -> Interval:
    """95 % interval of the accuracy; None twice without questions."""
    if not asked:
        return None, None
    return _interval(np.random.default_rng(SEED).binomial(asked, correct / asked, RESAMPLES) / asked)


def correlation_difference(first: np.ndarray, second: np.ndarray, gold: np.ndarray, metric: str) -> Difference:
    """The correlation of `second` (n,) with `gold` minus that of `first`, by a paired bootstrap.

    p is twice the smaller share of resamples in which the difference is not above, or not below, zero.
    """
    measure = {"spearman": spearman, "pearson": pearson}[metric]
    before, after = measure(first, gold), measure(second, gold)
    if before is None or after is None:
        return Difference(None, None, None, None)
    return _paired(after - before, *_resampled([first, second], gold, metric))


def accuracy_difference(first: np.ndarray, second: np.ndarray) -> Difference:
    """The accuracy of `second` (n,) bool minus that of `first`: paired bootstrap, McNemar's exact p-value."""
    n, lost, won = len(first), int((first & ~second).sum()), int((second & ~first).sum())
    if not n:
        return Difference(None, None, None, None)
    drawn = np.random.default_rng(SEED).multinomial(n, [lost / n, won / n, 1 - (lost + won) / n], RESAMPLES)
    return Difference((won - lost) / n, *_interval((drawn[:, 1] - drawn[:, 0]) / n), mcnemar(lost, won))


def error_rate_interval(errors: Errors) -> Interval:
    """95 % interval of the token error rate; None twice where it is undefined."""
    return _interval(_resampled_rates([errors])[0])


def error_rate_difference(first: Errors, second: Errors) -> Difference:
    """The token error rate of `second` minus that of `first`, outputs for the same sources, by a paired bootstrap."""
    before, after = first.rate(), second.rate()
    if before is None or after is None:
        return Difference(None, None, None, None)
    return _paired(after - before, *_resampled_rates([first, second]))


def cells_interval(cells: np.ndarray, counts: np.ndarray, measure: Callable) -> Interval:
    """95 % interval of a measure of sums: of n items `counts` (m,) are alike and add `cells` (m, C) to the sums.

    measure : of sums (R, C) gives (R,)
    """
    return _interval(np.concatenate([measure(drawn @ cells) for drawn in _multinomial(counts)]))


def cells_difference(first: np.ndarray, second: np.ndarray, measure: Callable) -> Difference:
    """A measure of the sums of `second` (n, C) minus that of `first`, two rows for each item, by a paired bootstrap."""
    cells, counts = np.unique(np.hstack([first, second]), axis=0, return_counts=True)
    pairs = [np.split(drawn @ cells, 2, axis=1) for drawn in _multinomial(counts)]
    before, after = (np.concatenate([measure(pair[side]) for pair in pairs]) for side in (0, 1))
    value = measure(second.sum(0, dtype=np.float64)[None]) - measure(first.sum(0, dtype=np.float64)[None])
    return _paired(float(value[0]), before, after)


def bins_interval(gaps: np.ndarray) -> Interval:
    """95 % interval of Σ |sums| / n, where `gaps` (n, bins) has what each item adds to the sum of its bin."""
    return _interval(np.concatenate([np.abs(drawn @ gaps).sum(1) / len(gaps) for drawn in _weights(len(gaps))]))


def _multinomial(counts: np.ndarray) -> Iterator[np.ndarray]:
    """(some, m) float64: how many items of each kind a resample has, RESAMPLES rows in all."""
    rng, n, step = np.random.default_rng(SEED), int(counts.sum()), max(1, TOGETHER // len(counts))
    for at in range(0, RESAMPLES, step):
        yield rng.multinomial(n, counts / n, min(step, RESAMPLES - at)).astype(np.float64)


def mcnemar(lost: int, won: int) -> float:
    """Two-sided exact p-value: that a fair coin splits `lost` + `won` throws at least as unevenly."""
    n, k = lost + won, np.arange(min(lost, won) + 1)
    logs = [lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) - n * log(2) for i in k.tolist()]
    return min(1.0, float(2 * np.exp(logs).sum()))


def _paired(value: float, first: np.ndarray, second: np.ndarray) -> Difference:
    """A difference of which both parts were drawn in the same resamples."""
    drawn = second - first
    drawn = drawn[~np.isnan(drawn)]
    tail = min((drawn <= 0).sum(), (drawn >= 0).sum())
    return Difference(value, *_interval(drawn), min(1.0, float(2 * (tail + 1) / (len(drawn) + 1))))


def _interval(drawn: np.ndarray) -> Interval:
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return None, None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _resampled(columns: list[np.ndarray], gold: np.ndarray, metric: str) -> np.ndarray:
    """(columns, RESAMPLES) float64: the correlation of each with `gold` in the same resamples, NaN if undefined."""
    if len(gold) < 2:
        return np.full((len(columns), RESAMPLES), np.nan)
    parts = []
    for weights in _weights(len(gold)):
        ys, xs = (_values(gold, weights, metric), [_values(column, weights, metric) for column in columns])
        parts.append([_correlation(x, ys, weights) for x in xs])
    return np.concatenate(parts, 1)


def _resampled_rates(columns: list[Errors]) -> np.ndarray:
    """(columns, RESAMPLES) float64: the token error rate of each in the same resamples, NaN if undefined."""
    parts = []
    for weights in _weights(len(columns[0].edits)):
        sums = [(weights @ errors.edits, weights @ errors.lengths) for errors in columns]
        parts.append([np.divide(e, n, out=np.full(len(n), np.nan), where=n > 0) for e, n in sums])
    return np.concatenate(parts, 1)


def _weights(n: int) -> Iterator[np.ndarray]:
    """Multiplicity of each of n items in each resample, (some, n) float64, RESAMPLES rows in all."""
    rng, step = np.random.default_rng(SEED), max(1, TOGETHER // n)
    for at in range(0, RESAMPLES, step):
        some = min(step, RESAMPLES - at)
        drawn = rng.integers(n, size=(some, n)) + n * np.arange(some)[:, None]
        yield np.bincount(drawn.ravel(), minlength=some * n).reshape(some, n).astype(np.float64)


def _values(values: np.ndarray, weights: np.ndarray, metric: str) -> np.ndarray:
    """The values to correlate: `values` (1, n) themselves, or their ranks (R, n) in every resample, ties averaged."""
    if metric == "pearson":
        return np.asarray(values, np.float64)[None]
    _, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(place.max() + 1))
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    return (np.cumsum(sizes, 1) - (sizes - 1) / 2)[:, place]


def _correlation(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(R,) Pearson correlation of x and y (R or 1, n), each value as often as `weights` (R, n) says."""
    n = weights.shape[1]
    x, y = (values - (weights * values).sum(1, keepdims=True) / n for values in (x, y))
    squares = (weights * x * x).sum(1) * (weights * y * y).sum(1)
    products = (weights * x * y).sum(1)
    return np.divide(products, np.sqrt(squares), out=np.full(len(weights), np.nan), where=squares > 1e-18)
