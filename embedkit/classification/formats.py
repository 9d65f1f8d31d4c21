"""Files that classifiers are written to."""

from __future__ import annotations

import os

from ..errors import EmbedkitError
from ..io.container import is_native_name
from ..io.saving import Saving
from . import fasttext, store


def open_output(path: str, format: str | None) -> Saving:
    """The output `path`, in a `format`, "native" or "fasttext", by default that of its suffix."""
    if format is None:
        is_bin = os.path.splitext(path)[1].lower() == ".bin"
        if not is_bin and not is_native_name(path):
            raise EmbedkitError(f"{path}: a classifier is a .safetensors or a .bin file", "name it so, or use --to")
        format = "fasttext" if is_bin else "native"
    return Saving(path, fasttext.save if format == "fasttext" else store.save)
