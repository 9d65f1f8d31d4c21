"""`embedkit odd`: the word that does not belong."""

from __future__ import annotations

import click

from ..errors import about
from ._ask import Parser, open_source
from ._config import Command
from ._options import WholeRange, format_option, json_option, model_argument, output_embedding_option, quiet_option
from ._out import Out, Unanswered, query_blocks
from ._usage import MistakenError


@click.command("odd", cls=Command)
@model_argument
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("-k", type=WholeRange(min=1), default=1, help="words to each query, the one that belongs least first")
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, k, source_format, output, as_json, quiet):
    """The word that does not belong to the others: all the words, that word, and its cosine with the mean of all
    directions, the lowest of them.

    Three words or more are one query; without arguments each line of stdin is one, between spaces or tabs. Unknown
    words are named, the others are compared, and the exit code is 3.
    """
    if 0 < len(words) < 3:
        raise MistakenError(f"{len(words)} words, of which none can be odd", click.get_current_context(), "name three")
    source = open_source(file, source_format, output, words)
    from ..vectors.query import Unanswerable, locate, oddest, split

    unanswered = Unanswered(quiet)

    def known(source, line):
        found = {word: locate(source, word) for word in split(line)}
        ids = {word: id for word, id in found.items() if id is not None}
        if unknown := [word for word, id in found.items() if id is None]:
            parse.report(Unanswerable(f"unknown word{'s' * (len(unknown) > 1)}: {', '.join(unknown)}", unknown))
        if len(ids) < 3:
            raise Unanswerable(f"fewer than three known words: {line}")
        return ids

    parse = Parser(source, known, unanswered)
    with Out(as_json) as out, about(file):
        for block in query_blocks(("\t".join(words),) if words else ()):
            for _, ids in parse(block):
                order, scores = oddest(source, list(ids.values()), k)
                names = list(ids)
                out.rows({"query": " ".join(names)}, word=[names[i] for i in order.tolist()], score=scores)
            out.flush()
    unanswered.finish()
