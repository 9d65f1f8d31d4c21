"""Reports: one table for every result, a row with the same columns in the same order for every score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..errors import about
from ..runtime.progress import SILENT, Progress
from ..vectors.query import has_ngrams
from .contract import Result, Score, Task
from .protocols import PLAIN, Protocol
from .source import Source
from .tasks import TASKS

COLUMNS = ("model", "task", "dataset", "section", "metric", "value", "correct", "used", "total", "coverage")
TEXTS = COLUMNS[: COLUMNS.index("value")]  # the columns without numbers

Row = dict[str, str | int | float | None]


class Options(NamedTuple):
    """Rows and columns beyond the scores: bootstrap `intervals`, differences to the first model (`compare`), scores in
    so many `bins` of frequency, mean and standard deviation over all models (`spread`)."""

    intervals: bool = False
    compare: bool = False
    bins: int = 0
    spread: bool = False

    def columns(self, checksums: bool) -> tuple[str, ...]:
        """The columns of a report, with or without `checksums` of data sets."""
        bounds = self.intervals or self.compare
        extra = {"low": bounds, "high": bounds, "p": self.compare, "sd": self.spread, "sha256": checksums}
        return COLUMNS + tuple(name for name, is_asked in extra.items() if is_asked)


class Loaded(NamedTuple):
    """A data set of a task, and the `name` that it has in a report."""

    task: Task
    name: str
    dataset: object


def read_datasets(paths: Mapping[str, Sequence[str]], **options) -> list[Loaded]:
    """The data sets in the files `paths` of every task, whose readers take `options`; of two with the same name the
    paths are the names."""
    found = []
    for key, entry in TASKS.items():
        if files := paths.get(key):
            task = entry.load()
            sets = [(path, task.read(path, **options)) for path in files]
            names = [dataset.name for _, dataset in sets]
            found += [Loaded(task, d.name if names.count(d.name) == 1 else path, d) for path, d in sets]
    return found


def _ignore(*_) -> None:
    pass


class Report(NamedTuple):
    """Every model on every data set.

    say : is told what people should know about a result, and whether that is an empty cell
    unknown : is given the name of the model, that of the data set, and every `contract.Unknown`
    """

    datasets: list[Loaded]
    protocol: Protocol = PLAIN
    options: Options = Options()
    progress: Progress = SILENT
    say: Callable[[str, bool], None] = _ignore
    unknown: Callable | None = None

    def rows(self, models: Iterable[tuple[str, Callable[[], Source]]]) -> Iterator[Row]:
        """The rows of `models`, names and functions that open them: scores of one after another, differences to the
        first after those of each, means last."""
        first, base, scores, models = [], "", [], list(models)
        for model, open_model in models:
            results, source = [], open_model()
            for loaded, found in self._results(model, source):
                results += [(loaded, result) for result in found]
                for rows in (*self._own_rows(model, loaded, found), self._rows_of_known(model, loaded, found, source)):
                    scores += rows if self.options.spread else []
                    yield from rows
            if self.options.compare and first:
                yield from self._differences(f"{model} - {base}", first, results)
            first, base = first or results, base or model
        yield from spread_rows(scores, len(models))

    def _own_rows(self, model: str, loaded: Loaded, results: list[Result]) -> Iterator[list[Row]]:
        for result in results:
            self._remark(model, loaded.name, result)
            yield self._rows(model, loaded, result)

    def _rows(self, model: str, loaded: Loaded, result: Result) -> list[Row]:
        return [row(model, loaded, score) for score in result.scores(self.options.intervals, self.options.bins)]

    def _rows_of_known(self, model: str, loaded: Loaded, results: list[Result], source: Source) -> list[Row]:
        """`results` without the words that n-grams compose, if there are such: rows `…-known`."""
        protocol, only = self.protocol, {"unknown": "skip", "unknown_pairs": "skip"}
        if not has_ngrams(source) or "compose" not in (protocol.unknown, protocol.unknown_pairs):
            return []
        with about(model):
            known = loaded.task.evaluate(source, loaded.dataset, protocol._replace(**only), self.progress)
        found = [part for result, part in zip(results, known) if part.used < result.used]
        rows = (one for part in found for one in self._rows(model, loaded, part))
        return [one | {"metric": f"{one['metric']}-known"} for one in rows]

    def _results(self, model: str, source: Source) -> Iterator[tuple[Loaded, list[Result]]]:
        with about(model):
            for loaded in self.datasets:
                task, name, dataset = loaded
                yield loaded, task.evaluate(source, dataset, self.protocol, self.progress)
                for item in task.unknown_items(source, dataset, self.protocol) if self.unknown else ():
                    self.unknown(model, name, item)

    def _differences(self, models: str, first: list, second: list) -> Iterator[Row]:
        for (_, one), (loaded, other) in zip(first, second):
            found = list(one.differences(other))
            if any(score.value is None for score in found):
                of = f"both know {found[0].used} of {found[0].total}"
                self.say(f"{models}: {loaded.name}: {of}: no difference", True)
            yield from (row(models, loaded, score) for score in found)

    def _remark(self, model: str, name: str, result: Result) -> None:
        if not result.used:
            self.say(f"{model}: nothing of {name} is in the vocabulary", True)
        for reason, is_whole in result.doubts(self.options.bins) if result.used else ():
            self.say(f"{model}: {name}: {reason}", is_whole)
        if result.lowercase_only * 50 > result.distinct:
            of = f"{result.lowercase_only} of {result.distinct} words of {name}"
            self.say(f"{model}: {of} are in the vocabulary in lower case only; try --lowercase", False)


def row(model: str, loaded: Loaded, score: Score) -> Row:
    """One row: numbers with six decimals, p-values with four digits."""
    section, metric, value, correct, used, total, low, high, p = score
    value, low, high = map(_rounded, (value, low, high))
    coverage = round(used / total, 6) if total else None
    fields = (model, loaded.task.name, loaded.name, section, metric, value, correct, used, total, coverage)
    extra = {"low": low, "high": high, "p": None if p is None else float(f"{p:.4g}"), "sha256": loaded.dataset.sha256}
    return dict(zip(COLUMNS, fields)) | extra


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)


def spread_rows(rows: list[Row], files: int) -> Iterator[Row]:
    """Mean and standard deviation (of a sample: n - 1) of every score that each of `files` models has."""
    groups: dict[tuple, list[Row]] = {}
    for one in rows:
        if one["value"] is not None:
            groups.setdefault(tuple(one[key] for key in ("task", "dataset", "section", "metric")), []).append(one)
    for group in groups.values():
        values = [one["value"] for one in group]
        if len(values) == files:
            empty = dict.fromkeys(("correct", "used", "total", "coverage", "low", "high", "p"))
            numbers = {"value": _rounded(float(np.mean(values))), "sd": _rounded(float(np.std(values, ddof=1)))}
            yield group[0] | empty | numbers | {"model": f"mean of {files}"}
