"""`embedkit similar`: nearest words."""

from __future__ import annotations

import click

from ._ask import Parser, metric_option, open_source, ranking_options
from ._options import format_option, json_option, model_argument, quiet_option
from ._out import Out, Unanswered, query_blocks


@click.command("similar")
@model_argument
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@ranking_options
@metric_option
@click.option("--raw", is_flag=True, help="the words of the query may be answers too")
@format_option
@json_option
@quiet_option
def command(file, queries, k, limit, metric, raw, source_format, as_json, quiet):
    """Nearest words: query, word and score, best first.

    A QUERY is a word or an expression, 'king - man + woman' (with cosine, of rows of length 1). Without arguments each
    line of stdin is a query. Unknown words are named on stderr, and the exit code is 3.
    """
    source = open_source(file, source_format, queries)
    from ..vectors.query import parse_query
    from ..vectors.ranking import nearest

    unanswered, word = Unanswered(quiet), source.vocab.__getitem__
    parse = Parser(source, parse_query, unanswered)
    is_distance = metric in ("euclidean", "manhattan")
    with Out(as_json) as out:
        for block in query_blocks(queries):
            asked = parse(block)
            rankings = nearest(source, [query for _, query in asked], k, metric, limit, exclude=not raw)
            for (text, _), (ids, scores) in zip(asked, rankings):
                if not len(ids):
                    unanswered.report(f"no answer: {text}")
                for id, score in zip(ids.tolist(), abs(scores) if is_distance else scores):
                    out.row(query=text, word=word(id), score=score)
            out.flush()
    unanswered.finish()
