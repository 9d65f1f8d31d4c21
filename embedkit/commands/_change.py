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
    if lost := missing(made, written, *sources):
        progress.say(f"{out}: without {'; '.join(lost)}")


def missing(made, written, *sources) -> list[str]:
    """Losses of `sources` (by default `made` itself) where vectors are `made` of them, and of those in a file of
    format `written`. Formats say it in LOSES; named is only what was there."""
    from ..vectors.query import has_ngrams

    lost = []
    for source in sources or (made,):
        gone = {
            getattr(source, "unread", ""): True,
            "the layers of the language model": source.metadata.get("kind") == "language-model",
            "context vectors": source.contexts is not None and made.contexts is None,
            "n-grams": has_ngrams(source) and not has_ngrams(made),
        }
        lost += [name for name, is_gone in gone.items() if is_gone and name]
    present = {
        "counts": made.vocab.counts is not None,
        "context vectors": made.contexts is not None,
        "n-grams": has_ngrams(made),
        "metadata": bool(set(made.metadata) - {"kind", "imported_from"}),
        "last digits": has_ngrams(made) or written.NAME != "fasttext",
    }
    lost += [name for name, is_there in present.items() if is_there and name in written.LOSES]
    return list(dict.fromkeys(lost))


def misfits(target: str, vectors, on_bad_token: str) -> list[str]:
    """Number of words that the file `target` could not hold as they are."""
    from ..vectors.formats._rows import exported

    n = len(vectors) - len(exported(target, vectors, "skip")[1])
    return [f"{n} words" + (" as they were (escaped)" if on_bad_token == "escape" else "")] if n else []
