"""Shared parts of the commands that transform vectors."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ._options import format_option, output_embedding_option, quiet_option, target_option


def change_options(function):
    """`-o`, `--to`, `--from`, `--output-embedding`, `--quiet`."""
    out = click.option("-o", "--output", "out", metavar="OUT", help="file to write; - is stdout")
    for option in (quiet_option, output_embedding_option, format_option, target_option, out):
        function = option(function)
    return function


def open_dense(file: str, source_format: str | None, output: bool):
    """The vectors in `file`, which must be dense."""
    from ..vectors.formats import load
    from ..vectors.query import is_sparse

    source = load(file, source_format, output=output)
    if is_sparse(source):
        raise EmbedkitError(f"{file}: sparse vectors, and this takes dense ones", "embedkit train svd makes such")
    return source


def tell_lost(progress, out: str, written, made, *sources) -> None:
    """One line for people: what file `out` of format `written` lacks of `sources` and of the vectors `made` of them."""
    from ..vectors.formats.lost import lost

    if names := lost(made, written, *sources):
        progress.say(f"{out}: without {'; '.join(names)}")
