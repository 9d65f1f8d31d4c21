"""Are vectors good for a task? Texts told apart by the means of their words' vectors.

Logistic regression with k-fold cross-validation, as in Conneau & Kiela (2018), "SentEval".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError
from ..vectors.query import tokens
from ..vectors.vectors import unit_rows
from .protocols import PLAIN, Protocol
from .readers import Texts
from .similarity import check_finite
from .source import Lookup, Source

FOLDS = 10
PENALTY = 1.0  # of squared weights, against the sum of the losses of all texts
SEED = 1
ROUNDS = 1000
SLOPE = 1e-5  # largest at the minimum, of the mean loss


class Probe(NamedTuple):
    """For every text whether its label was predicted, `right` (n,) bool, and the highest id of its known words,
    `rarest` (n,) int64, -1 without any. `distinct` and `capitals` are those of `source.Found`.
    """

    right: np.ndarray
    rarest: np.ndarray
    distinct: int
    capitals: int


def judge_texts(source: Source, texts: Texts, protocol: Protocol = PLAIN) -> Probe:
    """Predict the label of each text from the others, fold by fold.

    A text is the mean of the vectors of its known words, each of length 1; texts without any are left out. Raises
    EmbedkitError for a vector that holds NaN or infinity, and where a label has fewer texts than there are folds.
    """
    words = [tokens(source, text) for text in texts.texts]
    owners = np.repeat(np.arange(len(words)), [len(line) for line in words])
    found = Lookup(source, protocol.case).find([word for line in words for word in line])
    known = found.ids >= 0
    ids, owners = found.ids[known], owners[known]
    distinct, places = np.unique(ids, return_inverse=True)
    check_finite(source, distinct)
    rarest = np.full(len(words), -1, np.int64)
    np.maximum.at(rarest, owners, ids)
    used = rarest >= 0
    right = np.zeros(len(words), bool)
    if used.any():
        units = unit_rows(source.rows(distinct).astype(np.float64))
        # Text by text: all words of all texts would be many times what the means are.
        ends = np.flatnonzero(np.diff(owners)) + 1
        means = np.array([units[span].mean(0) for span in np.split(places, ends)])
        right[used] = cross_validate(means, np.array(texts.labels)[used])
    return Probe(right, rarest, found.distinct, found.capitals)


def cross_validate(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether the label of each of `rows` (n, D) float64 is predicted by a model of the other folds, (n,) bool.

    Labels are spread evenly over the folds; the seed is fixed.
    """
    names, ys, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if counts.min() < FOLDS or len(names) < 2:
        name, count = str(names[counts.argmin()]), counts.min()
        raise EmbedkitError(
            f"label {name!r} has {count} texts with known words", f"two labels are needed, each with {FOLDS} texts"
        )
    order = np.random.default_rng(SEED).permutation(len(ys))
    folds = np.empty(len(ys), np.int64)
    folds[order[np.argsort(ys[order], kind="stable")]] = np.arange(len(ys)) % FOLDS
    right = np.empty(len(ys), bool)
    for fold in range(FOLDS):
        out = folds == fold
        mean, scale = rows[~out].mean(0), rows[~out].std(0)
        xs = np.divide(rows - mean, scale, out=np.zeros_like(rows), where=scale > 0)
        xs = np.hstack([xs, np.ones((len(xs), 1))])
        weights = fit(xs[~out], ys[~out], len(names))
        right[out] = (xs[out] @ weights).argmax(1) == ys[out]
    return right


def fit(xs: np.ndarray, ys: np.ndarray, classes: int) -> np.ndarray:
    """Weights (D, classes) of multinomial logistic regression; the last column of `xs` (n, D) is 1, without penalty.

    EmbedkitError where `ROUNDS` steps of L-BFGS are too few.
    """
    from scipy.optimize import minimize

    penalty = np.full((xs.shape[1], 1), PENALTY)
    penalty[-1] = 0
    wanted = np.eye(classes)[ys]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, classes)
        logits = xs @ weights
        logits -= logits.max(1, keepdims=True)
        sums = np.exp(logits).sum(1, keepdims=True)
        value = (np.log(sums[:, 0]) - logits[np.arange(len(ys)), ys]).sum() + (penalty * weights**2).sum() / 2
        return value / len(ys), ((xs.T @ (np.exp(logits) / sums - wanted) + penalty * weights) / len(ys)).ravel()

    # No end but that of the slope: where the loss no longer falls, the weights still turn.
    options = {"maxiter": ROUNDS, "maxfun": 20 * ROUNDS, "gtol": SLOPE, "ftol": 0}
    found = minimize(loss, np.zeros(xs.shape[1] * classes), jac=True, method="L-BFGS-B", options=options)
    if found.status == 1:  # an end of the line search is one of rounding
        raise EmbedkitError(f"logistic regression did not converge in {found.nit} steps")
    return found.x.reshape(-1, classes)
