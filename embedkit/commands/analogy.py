"""`embedkit analogy`: a is to b as c is to what?"""

from __future__ import annotations

import click

from ..errors import about
from ._ask import Parser, need_words, open_source, ranking_options
from ._config import Command
from ._options import format_option, json_option, model_argument, output_embedding_option, quiet_option
from ._out import Out, Unanswered, query_blocks


@click.command("analogy", cls=Command)
@model_argument
@click.argument("words", nargs=-1, metavar="[A B C]")
@ranking_options
@click.option(
    "--method",
    type=click.Choice(("add", "mul")),
    default="add",
    show_default=True,
    help="3CosAdd, or 3CosMul with epsilon .001",
)
@format_option
@output_embedding_option
@json_option
@quiet_option
def command(file, words, k, limit, method, source_format, output, as_json, quiet):
    """A is to B as C is to what? The question, word and score, best first.

    Without arguments each line of stdin holds three words, between spaces or tabs. The words of a question are never
    its answers.
    """
    need_words(file, words, 3, "an analogy")
    source = open_source(file, source_format, output, words)
    import numpy as np

    from ..vectors.query import find_tuple
    from ..vectors.ranking import analogy

    unanswered, word = Unanswered(quiet), source.vocab.__getitem__
    parse = Parser(source, lambda source, line: find_tuple(source, line, 3), unanswered)
    with Out(as_json) as out, about(file):
        for block in query_blocks(("\t".join(words),) if words else ()):
            asked = parse(block)
            triples = np.array([ids for _, (_, ids) in asked], np.int64).reshape(-1, 3)
            for (_, (abc, _)), (ids, scores) in zip(asked, analogy(source, triples, method, k, limit)):
                question = dict(zip("abc", abc)) if as_json else {"query": " ".join(abc)}
                if not len(ids):
                    unanswered.report(f"no answer: {' '.join(abc)}")
                out.rows(question, word=[word(id) for id in ids.tolist()], score=scores)
            out.flush()
    unanswered.finish()
