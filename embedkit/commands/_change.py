"""What the commands share that make vectors of vectors."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ._options import TARGET, format_option, output_embedding_option, quiet_option


def change_options(function):
    """`-o`, `--to`, `--from`, `--output-embedding`, `--quiet`."""
    out = click.option("-o", "--output", "out", metavar="OUT", help="file to write; - is stdout")
    to = click.option("--to", "target", **TARGET)
    for option in (quiet_option, output_embedding_option, format_option, to, out):
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
    from .convert import missing

    lost = []
    for source in sources:
        extras = {
            getattr(source, "unread", ""): True,
            "the layers of the language model": source.metadata.get("kind") == "language-model",
            "context vectors": source.contexts is not None and made.contexts is None,
            "n-grams": hasattr(source, "compose") and not hasattr(made, "compose"),
        }
        lost += [name for name, is_there in extras.items() if is_there and name]
    lost = dict.fromkeys(lost + missing(made, written))
    if lost:
        progress.say(f"{out}: without {'; '.join(lost)}")
