"""Labelled texts: labels that a classifier gives against those that texts have, and the calibration of probabilities.

Macro F1 is the mean over the labels that texts have, or are given, as in scikit-learn. Of a text with several labels
the likeliest is right if it is one of them; F1 then counts every label of probability 1/2 or more. The expected
calibration error is that of Guo et al. (2017): texts in `BINS` equal bins of the highest probability, the mean distance
of accuracy and mean probability; biased upwards, the more so the fewer texts there are (Roelofs et al. 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..classification.measures import Truth, is_right
from ..errors import EmbedkitError, FormatError
from ..runtime.progress import SILENT, Progress
from ..text.labelled import FORMS, split_labelled
from .bootstrap import Difference, accuracy_difference, bins_interval, cells_difference, cells_interval
from .contract import UNDEFINED, Accuracy, Score, Task
from .dataset import DataFile

BINS = 15  # of the expected calibration error
CONFUSIONS = 20  # rows of the confusion matrix, at most
BLOCK = 1000  # texts that are classified before the progress bar moves
HALF = 0.5


class LabelledTexts(NamedTuple):
    """n texts, the labels of each, and the number of the line; a checksum."""

    name: str
    texts: list[str]
    labels: list[list[str]]
    lines: list[int]
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class ClassifierResult(Accuracy):
    """The labels of n texts.

    names : K labels; truth : those that the texts have; predicted : (n,) int64, the likeliest of each
    given : (n, K) bool, the labels that each text gets; single : whether every text has one label
    confidence : (n,) float64, the highest probability of each
    """

    names: Sequence[str] = ()
    truth: Truth = ()
    predicted: np.ndarray = ()
    given: np.ndarray = ()
    single: bool = True
    confidence: np.ndarray = ()

    def scores(self, intervals: bool = False, bins: int = 0) -> Iterator[Score]:
        """Accuracy, F1 and calibration of all texts; precision, recall and F1 of each label; the largest off the
        diagonal of the confusion matrix, as the share of the texts with a label that get another one."""
        yield from super().scores(intervals)
        for metric, of in (("f1-micro", micro), ("f1-macro", macro)):
            bounds = cells_interval(*self._cells(), of) if intervals else UNDEFINED
            yield self._score(None, metric, float(of(self._counts())[0]), *bounds)
        gaps = self._gaps()
        bounds = bins_interval(gaps) if intervals else UNDEFINED
        yield self._score(None, "ece", float(np.abs(gaps.sum(0)).sum() / self.total), *bounds)
        yield from self._of_labels()
        yield from self._confusions()

    def differences(self, other: ClassifierResult) -> Iterator[Score]:
        yield self._difference("accuracy", accuracy_difference(self.right, other.right))
        yield self._difference("f1-macro", cells_difference(self._rows(), other._rows(), macro))

    def _score(self, section: str | None, metric: str, value: float | None, low=None, high=None) -> Score:
        return Score(section, metric, value, None, self.used, self.total, low, high)

    def _difference(self, metric: str, found: Difference) -> Score:
        return Score(None, metric, found.value, None, self.used, self.total, *found[1:])

    def _rows(self) -> np.ndarray:
        """(n, 3 K) bool: of each text and label whether it is right, given, and true."""
        true = self.truth.matrix(len(self.names))
        return np.hstack([true & self.given, self.given, true])

    def _cells(self) -> tuple[np.ndarray, np.ndarray]:
        """The different rows, (m, 3 K), and how many texts have each, (m,)."""
        return np.unique(self._rows(), axis=0, return_counts=True)

    def _counts(self) -> np.ndarray:
        return self._rows().sum(0, dtype=np.float64)[None]

    def _gaps(self) -> np.ndarray:
        """(n, BINS) float64: right minus confidence of each text, in its bin."""
        gaps = np.zeros((self.total, BINS))
        place = np.clip(np.ceil(self.confidence * BINS).astype(int) - 1, 0, BINS - 1)
        gaps[np.arange(self.total), place] = self.right - self.confidence
        return gaps

    def _of_labels(self) -> Iterator[Score]:
        right, given, true = self._counts().reshape(3, -1).astype(int).tolist()
        for name, r, g, t in zip(self.names, right, given, true):
            if g or t:
                yield Score(name, "precision", r / g if g else None, r, g, g)
                yield Score(name, "recall", r / t if t else None, r, t, t)
                yield Score(name, "f1", 2 * r / (g + t), None, self.used, self.total)

    def _confusions(self) -> Iterator[Score]:
        if not self.single:
            return
        table, K = self.confusion, len(self.names)
        totals = table.sum(1).tolist()
        wrong = np.where(np.eye(K, dtype=bool), 0, table)
        for place in np.argsort(-wrong, axis=None, kind="stable")[:CONFUSIONS].tolist():
            true, given = divmod(place, K)
            if count := int(wrong[true, given]):
                section, total = f"{self.names[true]} as {self.names[given]}", totals[true]
                yield Score(section, "confusion", count / total, count, total, total)

    @property
    def confusion(self) -> np.ndarray:
        """(K, K) int64: texts with each label (rows) by the label that they get."""
        K = len(self.names)
        return np.bincount(self.truth.labels * K + self.predicted, minlength=K * K).reshape(K, K)


def micro(counts: np.ndarray) -> np.ndarray:
    """(R,) micro F1 of sums (R, 3 K) of right, given and true labels."""
    right, given, true = np.split(counts, 3, axis=1)
    return 2 * right.sum(1) / np.maximum(given.sum(1) + true.sum(1), 1)


def macro(counts: np.ndarray) -> np.ndarray:
    """(R,) macro F1 of sums (R, 3 K) of right, given and true labels."""
    right, given, true = np.split(counts, 3, axis=1)
    asked = (given + true) > 0
    return (2 * right / np.where(asked, given + true, 1)).sum(1) / np.maximum(asked.sum(1), 1)


def read_labelled(path: str, separator: str | None = None) -> LabelledTexts:
    """Labelled texts, in either form. FormatError naming the first line that is none."""
    file, texts, labels, lines = DataFile(path, strip="\r\n"), [], [], []
    for number, line in file:
        if not line.strip():
            continue
        try:
            names, text = split_labelled(line, separator)
        except ValueError as error:
            raise FormatError(path, str(error), FORMS, line=number) from None
        texts.append(text)
        labels.append(names)
        lines.append(number)
    if not texts:
        raise FormatError(path, "no texts", FORMS)
    return LabelledTexts(file.name, texts, labels, lines, file.sha256)


def evaluate_labelled(classifier, texts: LabelledTexts, progress: Progress = SILENT) -> ClassifierResult:
    """The labels that `classifier` gives. EmbedkitError where a text has one that it does not know."""
    names = classifier.labels.words()
    place = {name: id for id, name in enumerate(names)}
    for number, labels in zip(texts.lines, texts.labels):
        for label in labels:
            if label not in place:
                known = ", ".join(names[:10])
                raise EmbedkitError(
                    f"{texts.name}: line {number}: gives no text the label {label!r}", f"labels: {known}"
                )
    flat = np.array([place[label] for labels in texts.labels for label in labels], np.int64)
    truth = Truth(flat, np.append(0, np.cumsum([len(labels) for labels in texts.labels])))
    parts = []
    with progress.bar(len(texts.texts), "classification", "texts") as advance:
        for at in range(0, len(texts.texts), BLOCK):
            parts.append(classifier.probabilities(texts.texts[at : at + BLOCK]))
            advance(len(parts[-1]))
    found = np.concatenate(parts)
    single, predicted = len(truth.labels) == len(truth), found.argmax(1)
    given = np.arange(len(names)) == predicted[:, None] if single else found >= HALF
    return ClassifierResult(
        max_rank=np.zeros(len(truth), np.int64),
        right=is_right(found, truth),
        names=names,
        truth=truth,
        predicted=predicted,
        given=given,
        single=single,
        confidence=found.max(1).astype(np.float64),
    )


class LabelledTask(Task):
    """Accuracy, F1 and calibration of a classifier."""

    name = "labels"
    read = staticmethod(read_labelled)

    def evaluate(self, source, dataset, protocol=None, progress=SILENT):
        return [evaluate_labelled(source, dataset, progress)]

    def unknown_items(self, source, dataset, protocol=None):
        """None: a text without a known word gets a label all the same."""
        return iter(())


TASK = LabelledTask()
