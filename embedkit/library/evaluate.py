"""Evaluation of word vectors."""

from __future__ import annotations

import os
from functools import partial

from .vectors import WordVectors


def evaluate(
    models,
    *,
    protocol: str | None = None,
    intervals: bool = False,
    compare: bool = False,
    frequency_bins: int = 0,
    spread: bool = False,
    **options,
) -> list[dict]:
    """Scores of models on data sets: a dict for each, as `embedkit evaluate --json` prints them.

    Parameters
    ----------
    models : a path or `WordVectors`, or several in a list
    pairs, questions, categories, classify : a path, or several in a list: word pairs with scores, analogy questions,
        words with categories, labelled texts
    protocol : the conventions of a tool: "word2vec", "gensim", "glove", "fasttext", "hyperwords", "levy2015"
    method, restrict_vocab, oov, oov_pairs, lowercase : override the protocol
    intervals, compare, frequency_bins, spread : more rows and columns, as the options of the command

    TypeError names an option that does not exist; EmbedkitError is what the command would have said.
    """
    from ..eval.protocols import protocol_of
    from ..eval.report import Options, Report, read_datasets
    from ..eval.tasks import TASKS

    paths = {key: [os.fspath(path) for path in _listed(options.pop(key, ()))] for key in TASKS}
    rules = protocol_of(protocol, **options)
    if not any(paths.values()):
        raise ValueError(f"nothing to evaluate on: give {', '.join(TASKS)}")
    asked = Options(intervals, compare, frequency_bins, spread)
    rows = Report(read_datasets(paths), rules, asked).rows(map(_opened, _listed(models)))
    return [{column: row.get(column) for column in asked.columns(checksums=True)} for row in rows]


def _listed(items) -> list:
    return [items] if isinstance(items, (str, os.PathLike, WordVectors)) else list(items)


def _opened(model):
    """The name of a model, and a function that opens it."""
    from ..vectors.formats import load

    if isinstance(model, WordVectors):
        return repr(model), lambda: model.source
    return os.fspath(model), partial(load, os.fspath(model))
