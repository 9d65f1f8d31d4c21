"""Files as objects to ask."""

from __future__ import annotations

import os

from .vectors import WordVectors


def load(path, format: str | None = None) -> WordVectors:
    """The vectors in a file of any format that `embedkit convert` reads; of a language model, its input embeddings.

    `format` names one that the bytes do not tell. FormatError, an EmbedkitError, where the file is damaged or another.
    """
    from ..vectors import formats

    return WordVectors(formats.load(os.fspath(path), format))


def load_lm(path, threads: int | None = None):
    """The language model in a native or an ARPA file; kernels run on `threads` threads, by default on all cores."""
    from .language_model import LanguageModel

    return LanguageModel.read(path, threads)
