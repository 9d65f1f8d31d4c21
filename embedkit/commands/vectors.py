"""`embedkit vectors`: the vectors themselves."""

from __future__ import annotations

import click

from ..errors import about
from ._ask import Parser, open_source
from ._config import Command
from ._options import format_option, json_option, model_argument, output_embedding_option, quiet_option
from ._out import Out, Unanswered, cell, query_blocks


@click.command("vectors", cls=Command)
@model_argument
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--all", "every", is_flag=True, help="all words, in the order of the file")
@click.option(
    "--pool",
    type=click.Choice(("mean", "sum", "max")),
    help="one vector for each line of text, made of those of its known words",
)
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, every, pool, source_format, output, as_json, quiet):
    """The vectors of words: word and values; of a file of counts, the counts.

    Without arguments each line of stdin is a word, or with --pool a text. Values have as many digits as it takes to
    tell float32 numbers apart. Sparse (PPMI) vectors and counts give one line per value, largest first: word, context
    and value.
    """
    if every and (words or pool):
        raise click.UsageError("--all goes with neither words nor --pool", click.get_current_context())
    source = open_source(file, source_format, output, words, needs_queries=not every, counts=True)
    from ..vectors.query import find_all

    unanswered = Unanswered(quiet)
    parse = Parser(source, lambda source, word: int(find_all(source, [word])[0]), unanswered)
    with Out(as_json) as out, about(file):
        if every:
            for id, word in enumerate(source.vocab):
                _print(out, source, "word", word, _row(source, id))
        elif pool:
            _sentences(out, source, pool, query_blocks(words), unanswered)
        else:
            for block in query_blocks(words):
                for word, id in parse(block):
                    _print(out, source, "word", word, _row(source, id))
                out.flush()
    unanswered.finish()


def _row(source, id: int):
    return source.rows([id])[0]


def _print(out: Out, source, key: str, text: str, vector) -> None:
    from ..vectors.query import is_sparse

    if is_sparse(source):
        contexts = source.contexts or source.vocab
        at = vector.nonzero()[0]
        for id in at[(-vector[at]).argsort(kind="stable")].tolist():
            out.row(**{key: text}, context=contexts[id], value=vector[id])
    elif out.as_json:
        out.row(**{key: text}, vector=[float(str(value)) for value in vector])
    else:
        out.line("\t".join([cell(text), *map(str, vector)]))


def _sentences(out: Out, source, how: str, blocks, unanswered: Unanswered) -> None:
    import numpy as np

    from ..vectors.query import locate, pool, tokens

    unknown = total = 0
    for block in blocks:
        for line in block:
            ids = [locate(source, word) for word in tokens(source, line)]
            known = [id for id in ids if id is not None]
            unknown, total = unknown + len(ids) - len(known), total + len(ids)
            if known:
                _print(out, source, "text", line, pool(source, np.array(known), how))
            else:
                unanswered.report(f"no known word: {line}")
        out.flush()
    if unknown and not unanswered.quiet:
        click.echo(f"{unknown} of {total} words are not in the vocabulary", err=True)
