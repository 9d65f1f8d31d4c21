"""One table for every result: whatever was measured, a row has the same columns in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .analogy import Answers, Section
from .similarity import Agreement

COLUMNS = ("model", "task", "dataset", "section", "metric", "value", "correct", "used", "total", "coverage")
NUMBERS = COLUMNS.index("value")

Row = dict[str, str | int | float | None]


def similarity_rows(model: str, dataset: str, result: Agreement) -> Iterator[Row]:
    """Spearman and Pearson correlation of one pair file."""
    for metric in ("spearman", "pearson"):
        value = getattr(result, metric)
        yield _row(model, "similarity", dataset, None, metric, value, None, result.used, result.total)


def analogy_rows(model: str, dataset: str, result: Answers, oov: str = "skip", method: str = "add") -> Iterator[Row]:
    """Accuracy of every section, then in total: semantic and syntactic, where a file has both kinds, and all.

    The metric is called "accuracy" with 3CosAdd and "accuracy-mul" with 3CosMul.

    `oov`: questions with a word out of vocabulary are left out (skip) or count as wrong answers (wrong).
    """
    metric = "accuracy" if method == "add" else f"accuracy-{method}"
    for section in [*result.sections, *_totals(result.sections)]:
        asked = section.total if oov == "wrong" else section.used
        value = section.correct / asked if asked else None
        yield _row(model, "analogy", dataset, section.name, metric, value, section.correct, section.used, section.total)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Lines for people: aligned columns, numbers to the right, four digits."""
    cells = [COLUMNS, *([_cell(row[column]) for column in COLUMNS] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for line in cells:
        aligned = (f"{text:{'>' if i >= NUMBERS else '<'}{width}}" for i, (text, width) in enumerate(zip(line, widths)))
        yield "  ".join(aligned)


def _totals(sections: list[Section]) -> Iterator[Section]:
    kinds = {
        "semantic": [s for s in sections if not s.is_syntactic],
        "syntactic": [s for s in sections if s.is_syntactic],
    }
    for name, kind in (*(kinds.items() if all(kinds.values()) else ()), ("all", sections)):
        yield Section(name, *(sum(numbers) for numbers in list(zip(*kind))[1:]))


def _row(model, task, dataset, section, metric, value, correct, used, total) -> Row:
    value = None if value is None else round(value, 6)
    coverage = round(used / total, 6) if total else None
    return dict(zip(COLUMNS, (model, task, dataset, section, metric, value, correct, used, total, coverage)))


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
