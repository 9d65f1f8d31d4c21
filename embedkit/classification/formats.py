"""Files that classifiers are written to."""

from __future__ import annotations

import os

from ..errors import EmbedkitError
from ..io.container import is_native_name
from ..io.saving import Saving
from . import fasttext, store


def is_fasttext(path: str, format: str | None) -> bool:
    """True if `path` is written as fastText does it."""
    return format == "fasttext" or format is None and os.path.splitext(path)[1].lower() == ".bin"


def open_output(path: str, format: str | None) -> Saving:
    """The output `path`, in a `format`, "native" or "fasttext", by default that of its suffix."""
    if format is None and not is_fasttext(path, format) and not is_native_name(path):
        raise EmbedkitError(f"{path}: a classifier is a .safetensors or a .bin file", "name it so, or use --to")
    return Saving(path, fasttext.save if is_fasttext(path, format) else store.save)
