"""Names of the files of figures."""

from __future__ import annotations

import os

from ..errors import EmbedkitError

FORMATS = ("pdf", "png", "svg")


def format_of(path: str, named: str | None) -> str:
    """The format, one of FORMATS, of a figure in `path`: that `named`, else its suffix. EmbedkitError for another."""
    found = named or os.path.splitext(path)[1].lower()[1:]
    if found not in FORMATS:
        raise EmbedkitError(f"{path}: a figure has the suffix .pdf, .png or .svg", "or name the format with --to")
    return found
