"""`embedkit select`: some of the words."""

from __future__ import annotations

import click

from ..errors import EmbedkitError, about
from ._ask import Parser
from ._change import change_options
from ._config import Command
from ._options import WholeRange, model_argument, one_stdin


@click.command("select", cls=Command)
@model_argument
@click.option("--top", type=WholeRange(min=1), help="the N most frequent words")
@click.option("--min-count", type=WholeRange(min=0), help="words that occur N times or more")
@click.option("--vocab", "words", metavar="LIST", help="words of this file, one a line (counts may follow); - is stdin")
@change_options
def command(file, top, min_count, words, change):
    """Keep some of the words of FILE: the most frequent ones, those of a list, or both at once.

    Words stay in the order of FILE, with their counts and everything else. --top takes the words with the highest
    counts, or the first ones where FILE has no counts; with --vocab or --min-count, of what those leave. Words of the
    list that FILE lacks are named on stderr, and the exit code is 3.
    """
    if top is None and min_count is None and words is None:
        raise click.UsageError("Missing what to select: --top, --min-count or --vocab", click.get_current_context())
    one_stdin(file, words)
    from ..vectors.transform.history import history
    from ..vectors.transform.select import pick
    from ._out import Unanswered

    unanswered = Unanswered(change.quiet)
    with change:
        source = change.open(file, dense=False)
        among = None if words is None else _known(source, file, words, unanswered)
        with about(file):
            selected = source.take(pick(source.vocab, among, min_count, top))
        listed = None if among is None else len(among)
        selected.metadata["history"] = history(source.metadata, "select", words=listed, min_count=min_count, top=top)
        change.save(selected, source)
    unanswered.finish()


def _known(source, file: str, words: str, unanswered) -> list[int]:
    """Ids of the words in the file `words`; EmbedkitError where `source` knows none of them."""
    from ..text.word_list import read_words
    from ..vectors.query import Unanswerable, find

    def parse(source, word: str) -> int:
        id = find(source, word)
        if id is None:
            raise Unanswerable(f"unknown word: {word}", [word])
        return id

    ids = [id for _, id in Parser(source, parse, unanswered)(read_words(words))]
    if not ids:
        raise EmbedkitError(f"{words}: none of its words is in {file}")
    return ids
