"""What `evaluate` measures: data sets, protocol and flags that override it, rows of one model and of several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..eval import readers, report
from ..eval.analogy import Answers, judge_questions
from ..eval.bands import agreement_bands, answer_bands
from ..eval.bootstrap import accuracy_difference, correlation_difference
from ..eval.categories import Purity, judge_categories
from ..eval.classify import Probe, judge_texts
from ..eval.protocols import PLAIN, PROTOCOLS, Protocol
from ..eval.similarity import Agreement, judge_pairs
from ..eval.unknown import unknown_items
from ..io.files import Output
from ..text.vocab import ERRORS
from ._out import cell

Dataset = readers.Pairs | readers.Questions | readers.Categories | readers.Texts


class Result(NamedTuple):
    """What one model made of one data set, by one `method` if those were questions."""

    name: str
    sha256: str
    method: str
    found: Agreement | Answers | Purity | Probe


class Options(NamedTuple):
    """What to print beyond the scores: 95 % intervals, this many bands of frequency, accuracy with and without the
    questions that have unknown words."""

    intervals: bool
    bands: int
    both: bool


def protocol_of(name, method, restrict_vocab, oov, oov_pairs, lowercase) -> Protocol:
    """The protocol called `name`, with every flag that is given (not None) in place of its own."""
    given = {
        "methods": method and {"both": ("add", "mul")}.get(method, (method,)),
        "limit": restrict_vocab,
        "unknown": {"both": "skip"}.get(oov, oov),
        "unknown_pairs": oov_pairs,
        "case": None if lowercase is None else "lower" if lowercase else "corpus",
    }
    return PROTOCOLS.get(name, PLAIN)._replace(**{key: value for key, value in given.items() if value is not None})


def read_tasks(pair_files, question_files, category_files, text_files) -> list[tuple[str, Dataset]]:
    """(name, data set) for every file: the name of the data set, or the path where two have the same name."""
    return [
        *_named(pair_files, readers.read_pairs),
        *_named(question_files, readers.read_questions),
        *_named(category_files, readers.read_categories),
        *_named(text_files, readers.read_texts),
    ]


def _named(paths, read):
    sets = [(path, read(path)) for path in paths]
    names = [dataset.name for _, dataset in sets]
    return [(dataset.name if names.count(dataset.name) == 1 else path, dataset) for path, dataset in sets]


def judge(source, name: str, dataset, protocol: Protocol, progress) -> list[Result]:
    """The results of one data set, one for each method."""
    if isinstance(dataset, readers.Pairs):
        return [Result(name, dataset.sha256, "", judge_pairs(source, dataset, protocol))]
    if isinstance(dataset, readers.Categories):
        return [Result(name, dataset.sha256, "", judge_categories(source, dataset, protocol))]
    if isinstance(dataset, readers.Texts):
        return [Result(name, dataset.sha256, "", judge_texts(source, dataset, protocol))]
    answers = judge_questions(source, dataset, protocol, progress)
    return [Result(name, dataset.sha256, method, one) for method, one in zip(protocol.methods, answers)]


def write_unknown(out: Output, model: str, source, name: str, dataset: Dataset, protocol: Protocol) -> None:
    """A line for every item of `dataset` that has words out of vocabulary, with these words."""
    for section, item, words in unknown_items(source, dataset, protocol):
        line = "\t".join(map(cell, (model, name, section, item, " ".join(words))))
        out.write(f"{line}\n".encode("utf-8", ERRORS))


def rows_of(model: str, result: Result, protocol: Protocol, options: Options) -> Iterator[report.Row]:
    """The rows of one model for one result, those of its bands last."""
    name, _, method, found = result
    if isinstance(found, Agreement):
        yield from report.similarity_rows(model, name, found, options.intervals)
        for band, part in agreement_bands(found, options.bands) if options.bands else ():
            yield from report.similarity_rows(model, name, part, options.intervals, band)
        return
    if isinstance(found, Purity):
        yield from report.purity_rows(model, name, found)
        return
    if isinstance(found, Probe):
        yield from report.probe_rows(model, name, found, options.intervals)
        return
    unknown = "both" if options.both else protocol.unknown
    yield from report.analogy_rows(model, name, found, unknown, method, options.intervals)
    if options.bands:
        parts = answer_bands(found, options.bands)
        yield from report.section_rows(model, name, parts, "skip", method, options.intervals)


def doubts(result: Result, options: Options) -> Iterator[tuple[str, bool]]:
    """Why correlations of `result` have no value, or one that says nothing, and whether the whole data set has none."""
    found = result.found
    if not isinstance(found, Agreement):
        return
    if reason := found.reason():
        yield reason, True
    elif np.isfinite(found.cosines).sum() == 2:
        yield f"{found.used} of {found.total} pairs known; with two a correlation is always 1 or -1", False
    parts = dict(agreement_bands(result.found, options.bands)) if options.bands else {}
    for band, reason in ((band, part.reason()) for band, part in parts.items()):
        if reason:
            yield f"{band}: {reason}", False


def difference_rows(models: str, first: Result, second: Result) -> Iterator[report.Row]:
    """How far the second model is ahead of the first on what both know."""
    (name, _, method, a), b = first, second.found
    if isinstance(a, Purity):
        return
    known = (a.rarest >= 0) & (b.rarest >= 0)
    used, total = int(known.sum()), len(known)
    if isinstance(a, Agreement):
        for metric in ("spearman", "pearson"):
            gold = a.scores(metric)[known]
            value, *bounds, p = correlation_difference(a.cosines[known], b.cosines[known], gold, metric)
            row = report.row(models, "similarity", name, None, metric, value, None, used, total, *bounds)
            yield row | {"p": _digits(p)}
        return
    value, *bounds, p = accuracy_difference(a.right[known], b.right[known])
    task, section = ("classification", None) if isinstance(a, Probe) else ("analogy", "all")
    row = report.row(models, task, name, section, report.metric_of(method or "add"), value, None, used, total, *bounds)
    yield row | {"p": _digits(p)}


def spread_rows(rows: list[report.Row], files: int) -> Iterator[report.Row]:
    """Mean and standard deviation (of a sample: n - 1) of every score that each of `files` models has."""
    groups: dict[tuple, list[report.Row]] = {}
    for row in rows:
        if row["value"] is not None:
            groups.setdefault(tuple(row[key] for key in ("task", "dataset", "section", "metric")), []).append(row)
    for (task, dataset, section, metric), group in groups.items():
        values = [row["value"] for row in group]
        if len(values) == files:
            mean = report.row(
                f"mean of {files}", task, dataset, section, metric, float(np.mean(values)), None, None, None
            )
            yield mean | {"sd": round(float(np.std(values, ddof=1)), 6), "sha256": group[0].get("sha256")}


def _digits(p: float | None) -> float | None:
    """Four digits of a p-value, however small it is."""
    return None if p is None else float(f"{p:.4g}")
