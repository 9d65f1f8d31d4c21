"""`embedkit merge`: several models in one."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ._change import change_options
from ._config import Command
from ._options import one_stdin


@click.command("merge", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--how",
    type=click.Choice(("average", "concatenate")),
    default="average",
    help="the mean of a word's vectors (short ones filled up with zeros), or one behind another",
)
@click.option(
    "--union",
    is_flag=True,
    help="words of any file, not of all: the mean of the vectors there are, or zeros for those there are not",
)
@click.option("--unit", is_flag=True, help="scale vectors to length 1 first, so that every file has the same weight")
@change_options
def command(files, how, union, unit, change):
    """Make one model of several: of each word the average of its vectors, or all of them in one.

    Words are the same if they are spelt the same. They come in the order of the first file, and then what --union adds;
    where all files have counts, a union is sorted by them. Of a word's counts the largest is kept.
    """
    if len(files) < 2:
        raise click.UsageError("merge takes two files or more", click.get_current_context())
    one_stdin(*files)
    from ..vectors.transform.history import history, shared
    from ..vectors.transform.merge import match, merge
    from ..vectors.vectors import Vectors

    with change:
        sources = [change.open(file) for file in files]
        vocab, ids = match([source.vocab for source in sources], union)
        if not len(vocab):
            raise EmbedkitError(f"{', '.join(files)}: no word is in all of them", "--union keeps the words of any")
        done = {"how": how, "words": "union" if union else "intersection", "unit": unit}
        facts = {"history": history({}, "merge", **done, of=[source.metadata for source in sources])}
        made = Vectors(vocab, merge(sources, ids, how, unit), metadata=shared(sources) | facts)
        change.save(made, *sources)
