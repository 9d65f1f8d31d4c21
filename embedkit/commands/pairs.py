"""`embedkit pairs`: the similarity of given pairs."""

from __future__ import annotations

import click

from ..errors import about
from ._ask import Parser, content_option, metric_option, need_words, open_words
from ._config import Command
from ._options import format_option, json_option, model_argument, output_embedding_option, quiet_option
from ._out import Out, Unanswered, query_blocks


@click.command("pairs", cls=Command)
@model_argument
@click.argument("words", nargs=-1, metavar="[A B]")
@metric_option
@content_option
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, metric, ic, source_format, output, as_json, quiet):
    """Similarity of A and B: both words and the score.

    Without arguments each line of stdin holds two words, between spaces or a tab. FILE may be a thesaurus: wordnet:
    or wordnet:MEASURE, of path, wup, lch, res and lin (`embedkit thesaurus -h`).
    """
    need_words(file, words, 2, "a pair")
    source = open_words(file, source_format, output, words, metric, ic)
    import numpy as np

    from ..vectors.query import find_tuple, has_vectors, similarity

    unanswered = Unanswered(quiet)
    parse = Parser(source, lambda source, line: find_tuple(source, line, 2), unanswered)
    with Out(as_json) as out, about(file):
        for block in query_blocks(("\t".join(words),) if words else ()):
            asked = [query for _, query in parse(block)]
            a, b = np.array([ids for _, ids in asked], np.int64).reshape(-1, 2).T
            for ((left, right), _), score in zip(asked, similarity(source, a, b, metric)):
                if score != score and not has_vectors(source):
                    unanswered.report(f"nothing connects {left} and {right}")
                else:
                    out.row(a=left, b=right, score=score)
            out.flush()
    unanswered.finish()
