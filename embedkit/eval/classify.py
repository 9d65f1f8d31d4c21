"""Classification: the labels of texts predicted from the means of their words' vectors.

A file has lines of a label, a tab, a text; none is a comment.

Logistic regression with k-fold cross-validation, as in Conneau & Kiela (2018), "SentEval".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..vectors.query import tokens
from ..vectors.vectors import unit_rows
from .contract import Accuracy, Task, Unknown
from .dataset import DataFile
from .protocols import PLAIN, Protocol
from .source import Lookup, Source, check_finite

FOLDS = 10
PENALTY = 1.0  # of squared weights, against the sum of the losses of all texts
SEED = 1
ROUNDS = 1000
SLOPE = 1e-5  # largest at the minimum, of the mean loss


class Texts(NamedTuple):
    """n texts and their labels; a checksum."""

    name: str
    labels: list[str]
    texts: list[str]
    sha256: str = ""


class ClassificationResult(Accuracy):
    """For every text whether its label was predicted, and the highest id of its known words."""


def read_texts(path: str) -> Texts:
    """Labelled texts. Raises FormatError naming the line without a label."""
    file, labels, texts = DataFile(path), [], []
    for number, line in file:
        label, tab, text = line.partition("\t")
        if not tab:
            raise FormatError(path, f"no label: {line[:60]!r}", "a line is a label, a tab, a text", line=number)
        labels.append(label)
        texts.append(text)
    if not texts:
        raise FormatError(path, "no texts", "a line is a label, a tab, a text")
    return Texts(file.name, labels, texts, file.sha256)


def evaluate_texts(source: Source, texts: Texts, protocol: Protocol = PLAIN) -> ClassificationResult:
    """Predict the label of each text from the others, fold by fold.

    A text is the mean of the vectors of its known words, each of length 1; texts without any are left out. Raises
    EmbedkitError for a vector that holds NaN or infinity, and where a label has fewer texts than there are folds.
    """
    words = [tokens(source, text) for text in texts.texts]
    owners = np.repeat(np.arange(len(words)), [len(line) for line in words])
    flat, lookup = [word for line in words for word in line], Lookup(source, protocol.case)
    found = lookup.find(flat)
    if protocol.unknown == "compose":
        source, ids = lookup.compose(flat, found.ids)
        found = found._replace(ids=ids)
    known = found.ids >= 0
    ids, owners = found.ids[known], owners[known]
    distinct, places = np.unique(ids, return_inverse=True)
    check_finite(source, distinct)
    max_rank = np.full(len(words), -1, np.int64)
    np.maximum.at(max_rank, owners, ids)
    used = max_rank >= 0
    right = np.zeros(len(words), bool)
    if used.any():
        units = unit_rows(source.rows(distinct).astype(np.float64))
        # Text by text: all words of all texts would be many times what the means are.
        ends = np.flatnonzero(np.diff(owners)) + 1
        means = np.array([units[span].mean(0) for span in np.split(places, ends)])
        right[used] = cross_validate(means, np.array(texts.labels)[used])
    return ClassificationResult(max_rank, found.distinct, found.lowercase_only, right)


def cross_validate(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(n,) bool: the label of each of `rows` (n, D) float64 is predicted by a model of the other folds.

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


class ClassificationTask(Task):
    """Cross-validated accuracy of a logistic regression on the mean vectors of texts."""

    name = "classification"
    read = staticmethod(read_texts)
    evaluate_one = staticmethod(evaluate_texts)

    def unknown_items(self, source, dataset, protocol=PLAIN):
        """Texts without any known word."""
        lookup = Lookup(source, protocol.case)
        for text in dataset.texts:
            words = tokens(source, text)
            if (lookup.find(words).ids < 0).all():
                yield Unknown(None, text, words)


TASK = ClassificationTask()
