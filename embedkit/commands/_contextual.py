"""Contextual vectors of lines, for `vectors --layer` and `similar --sentences`."""

from __future__ import annotations

from copy import copy

import click

from ..errors import EmbedkitError, about
from ._lines import blocks
from ._options import WholeRange
from ._out import KnownTexts, Out, Unanswered, query_blocks

POOLINGS = ("mean", "max", "first")


def layer_option(help: str):
    """`--layer`."""
    return click.option("--layer", type=WholeRange(min=0), help=help)


def check_pooling(pooling: str | None) -> str:
    """The pooling that was asked for, or the mean; usage error where hidden states have none of that name."""
    if pooling not in (None, *POOLINGS):
        raise click.UsageError(f"--pool {pooling} is for vectors of words", click.get_current_context())
    return pooling or "mean"


def refuse(flag: str, **given) -> None:
    """Usage error where one of these options, by name, was given beside `flag`."""
    for name, is_given in given.items():
        if is_given:
            raise click.UsageError(f"{flag} goes without --{name.replace('_', '-')}", click.get_current_context())


class Lines:
    """Lines as contextual vectors of the masked language model in a file; those without a known word have none."""

    def __init__(self, file: str, pooling: str, layer: int | None, unanswered: Unanswered):
        from ..lm.lines import reader
        from ..lm.masked.load import load

        self.model, self.pooling, self.layer = load(file), pooling, layer
        self.read, self.texts = reader(self.model), KnownTexts(unanswered)

    def of(self, texts: KnownTexts) -> Lines:
        """The same, with another record of unknown words."""
        other = copy(self)
        other.texts = texts
        return other

    def __call__(self, lines: list[str]):
        """(those that have one (n), their vectors (D,)). Lines are read one by one: no bit of a vector depends on what
        is asked along with it."""
        from ..lm.masked.sentences import sentence_vectors

        known = [line for line, _ in self.texts.known(lines, self._known)]
        rows = [sentence_vectors(self.model, [self.read(line)], self.pooling, self.layer)[0] for line in known]
        return known, rows

    def _known(self, line: str):
        ids = self.read(line).ids
        return ids[ids != self.model.unk], len(ids)


def print_contextual(file: str, lines: tuple[str, ...], pooling, layer, as_json: bool, quiet: bool, write) -> None:
    """Vectors of lines; `write(out, key, text, vector)`."""
    if file == "-" and not lines:
        raise click.UsageError("FILE is -, so the lines must be arguments", click.get_current_context())
    unanswered = Unanswered(quiet)
    asked = Lines(file, pooling, layer, unanswered)
    with Out(as_json) as out, about(file):
        for block in query_blocks(lines):
            for line, vector in zip(*asked(block)):
                write(out, "text", line, vector)
            out.flush()
    asked.texts.finish()
    unanswered.finish()


def print_similar(
    file: str,
    queries: tuple[str, ...],
    sentences: str,
    k: int,
    metric: str,
    with_query: bool,
    pooling: str,
    layer: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """The lines of the file `sentences` nearest to each query: query, line and score."""
    if [file, sentences, None if queries else "-"].count("-") > 1:
        message = "only one of FILE, --sentences and the queries can be stdin"
        raise click.UsageError(message, click.get_current_context())
    import numpy as np

    from ..text.vocab import Vocab
    from ..vectors.ranking import nearest_rows
    from ..vectors.vectors import Vectors

    unanswered, found, rows = Unanswered(quiet), [], []
    asked = Lines(file, pooling, layer, unanswered)
    candidates = asked.of(KnownTexts(Unanswered(quiet=True)))
    with Out(as_json) as out, about(file):
        for block in blocks(sentences, "utf-8", "strict"):
            known, vectors = candidates([line for _, line in block if line.strip()])
            found += known
            rows += vectors
        if not found:
            raise EmbedkitError(f"{sentences}: no line of it has a known word")
        stored = Vectors(Vocab.from_words(found), np.array(rows))
        own = {line: number for number, line in reversed(list(enumerate(found)))}
        for block in query_blocks(queries):
            known, vectors = asked(block)
            for line, vector in zip(known, vectors):
                without = [None if with_query else own.get(line)]
                ((ids, scores),) = nearest_rows(stored, vector[None], k, metric, without)
                lines, is_distance = [found[id] for id in ids.tolist()], metric in ("euclidean", "manhattan")
                out.rows({"query": line}, line=lines, score=abs(scores) if is_distance else scores)
            out.flush()
    asked.texts.finish()
    unanswered.finish()
