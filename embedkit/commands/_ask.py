"""Shared parts of the commands that ask vectors: opening the file, parsing queries, naming what has no answer."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable

import click

from ..errors import OptionError
from ._options import WholeRange
from ._out import Unanswered
from ._usage import MistakenError

SPELT = ("wordnet:path", "wordnet:wup", "wordnet:lch", "wordnet:res", "wordnet:lin")
METRICS = ("cosine", "dot", "euclidean", "manhattan")
EXPLANATIONS = 20  # near spellings cost a walk through the vocabulary: given for the first unknown words only


def open_source(
    file: str, source_format: str | None, output: bool, arguments=(), needs_queries: bool = True, counts: bool = False
):
    """The vectors in `file`, the `output` ones if wanted, or `counts` as such. With FILE - stdin is taken: the queries
    must be arguments."""
    if file == "-" and needs_queries and not arguments:
        raise click.UsageError("FILE is -, so the queries must be arguments", click.get_current_context())
    if arguments and "numpy" not in sys.modules:
        # A few questions are answered before BLAS's threads have started and found nothing to do.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _need_order(file, arguments)
    from ..vectors.formats import load

    return load(file, format=source_format, output=output, counts=counts)


def open_words(file: str, source_format: str | None, output: bool, arguments, metric: str, ic: str | None):
    """As `open_source`, or the thesaurus that `file` names, for which the other options have no meaning."""
    from ..explore.thesaurus.names import is_thesaurus

    if not is_thesaurus(file):
        if ic is not None:
            raise OptionError("--ic is for a thesaurus, as wordnet:lin is one", "vectors need no counts")
        return open_source(file, source_format, output, arguments)
    for flag, value, default in (("--metric", metric, "cosine"), ("--from", source_format, None)):
        if value != default:
            raise OptionError(f"{flag} is for vectors, and {file} has none", f"its measures: {', '.join(SPELT)}")
    from ..explore.thesaurus.source import open_thesaurus

    return open_thesaurus(file, ic)


def need_words(file: str, words: tuple[str, ...], n: int, what: str) -> None:
    """Usage error unless `words` are none, or the `n` of `what`."""
    if len(words) in (0, n):
        return
    context = click.get_current_context()
    apart = [word for text in words for word in re.split(r"[\s,:]+", text) if word]
    like = f"each word an argument: {context.command_path} {file} {' '.join(apart)}" if len(apart) == n else ""
    raise MistakenError(f"{what} takes {('two', 'three')[n - 2]} words, not {len(words)}", context, like)


def _need_order(file: str, arguments: tuple[str, ...]) -> None:
    """Usage error where no `file` of this name exists, but one of the words is a file."""
    if file == "-" or os.path.exists(file):
        return
    for i, word in enumerate(arguments):
        if os.path.isfile(word):
            others = " ".join([word, file, *arguments[:i], *arguments[i + 1 :]])
            context = click.get_current_context()
            raise MistakenError(f"{file}: no such file", context, f"FILE comes first: {context.command_path} {others}")


class Parser:
    """Turns texts into queries with `parse(source, text)`; what cannot be parsed goes to `unanswered`."""

    def __init__(self, source, parse: Callable, unanswered: Unanswered):
        from ..vectors.unknown_words import UnknownWords

        self.source, self.parse, self.unanswered = source, parse, unanswered
        self._about, self._explanations = UnknownWords(source), EXPLANATIONS

    def __call__(self, texts: list) -> list[tuple]:
        """(text, query) for every text that is a query."""
        from ..vectors.query import Unanswerable

        parsed = []
        for text in texts:
            try:
                parsed.append((text, self.parse(self.source, text)))
            except Unanswerable as error:
                self.report(error)
        return parsed

    def report(self, error) -> None:
        """Say that something is unanswerable, with near spellings of its unknown words."""
        self.unanswered.report(self._explain(error))

    def _explain(self, error) -> str:
        words = error.unknown[: 0 if self.unanswered.quiet else self._explanations]
        self._explanations -= len(words)
        about = self._about(words, len(error.unknown) == 1) if words else ""
        return f"{error} ({about})" if about else str(error)


def metric_option(function):
    """`--metric`."""
    return click.option(
        "--metric", type=click.Choice(METRICS), default="cosine", help="score; for a distance, smaller is nearer"
    )(function)


def content_option(function):
    """`--ic`."""
    about = "of wordnet:res and wordnet:lin: counts for their information content, of words or of synsets"
    return click.option("--ic", metavar="FILE", help=about)(function)


def ranking_options(function):
    """`-k` and `--restrict-vocab`."""
    limit = click.option(
        "--restrict-vocab",
        "limit",
        type=WholeRange(min=0),
        default=0,
        help="answers among the N most frequent words; 0 is all",
    )
    k = click.option("-k", type=WholeRange(min=1), default=10, help="answers to each query")
    return k(limit(function))
