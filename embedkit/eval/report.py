"""One table for every result: whatever was measured, a row has the same columns in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .analogy import Answers, Section
from .bootstrap import accuracy_interval, correlation_interval
from .categories import Purity
from .classify import Probe
from .similarity import Agreement

COLUMNS = ("model", "task", "dataset", "section", "metric", "value", "correct", "used", "total", "coverage")
TEXTS = COLUMNS[: COLUMNS.index("value")]  # the columns without numbers
INTERVAL = ("low", "high")  # bounds of the 95 % interval of the value

Row = dict[str, str | int | float | None]


def columns(intervals: bool, compare: bool, spread: bool, checksums: bool) -> tuple[str, ...]:
    """The columns of a report that has these besides scores."""
    asked = {"low": intervals or compare, "high": intervals or compare, "p": compare, "sd": spread, "sha256": checksums}
    return COLUMNS + tuple(name for name, is_asked in asked.items() if is_asked)


def similarity_rows(
    model: str, dataset: str, result: Agreement, intervals: bool = False, section: str | None = None
) -> Iterator[Row]:
    """Spearman and Pearson correlation of one pair file, or of one `section` of it."""
    counted = ~np.isnan(result.cosines)
    for metric in ("spearman", "pearson"):
        bounds = ()
        if intervals:
            bounds = correlation_interval(result.cosines[counted], result.scores(metric)[counted], metric)
        value = getattr(result, metric)
        yield row(model, "similarity", dataset, section, metric, value, None, result.used, result.total, *bounds)


def analogy_rows(
    model: str, dataset: str, result: Answers, oov: str = "skip", method: str = "add", intervals: bool = False
) -> Iterator[Row]:
    """Accuracy of every section, then in total: semantic and syntactic, where a file has both kinds, and all.

    `oov`: questions with a word out of vocabulary are left out (skip), count (wrong, first), or are left out in one row
    and count in the next (both).
    """
    sections = [*result.sections, *_totals(result.sections)]
    return section_rows(model, dataset, sections, oov, method, intervals)


def section_rows(
    model: str, dataset: str, sections: Iterable[Section], oov: str, method: str, intervals: bool
) -> Iterator[Row]:
    """The accuracy of each section; the metric is called "accuracy" with 3CosAdd and "accuracy-mul" with 3CosMul, of
    both ways to count the second `...-oov-wrong`."""
    for name, correct, used, total in sections:
        both = {"": used, "-oov-wrong": total}
        for ending, asked in both.items() if oov == "both" else [("", used if oov == "skip" else total)]:
            bounds = accuracy_interval(correct, asked) if intervals else ()
            value, metric = correct / asked if asked else None, metric_of(method) + ending
            yield row(model, "analogy", dataset, name, metric, value, correct, used, total, *bounds)


def purity_rows(model: str, dataset: str, result: Purity) -> Iterator[Row]:
    """The purity of one file of categories."""
    value = result.correct / result.used if result.used else None
    yield row(model, "categories", dataset, None, "purity", value, result.correct, result.used, result.total)


def probe_rows(model: str, dataset: str, result: Probe, intervals: bool) -> Iterator[Row]:
    """The accuracy of classified texts."""
    correct, used = int(result.right.sum()), int((result.rarest >= 0).sum())
    bounds = accuracy_interval(correct, used) if intervals else ()
    value = correct / used if used else None
    yield row(model, "classification", dataset, None, "accuracy", value, correct, used, len(result.right), *bounds)


def metric_of(method: str) -> str:
    """What the accuracy by `method` is called."""
    return "accuracy" if method == "add" else f"accuracy-{method}"


def _totals(sections: list[Section]) -> Iterator[Section]:
    kinds = {
        "semantic": [s for s in sections if not s.is_syntactic],
        "syntactic": [s for s in sections if s.is_syntactic],
    }
    for name, kind in (*(kinds.items() if all(kinds.values()) else ()), ("all", sections)):
        yield Section(name, *(sum(numbers) for numbers in list(zip(*kind))[1:]))


def row(model, task, dataset, section, metric, value, correct, used, total, *bounds) -> Row:
    """One row; `bounds` are the values of INTERVAL, if there are any."""
    value, *bounds = (None if number is None else round(number, 6) for number in (value, *bounds))
    coverage = round(used / total, 6) if total else None
    fields = (model, task, dataset, section, metric, value, correct, used, total, coverage, *bounds)
    return dict(zip(COLUMNS + INTERVAL, fields))
