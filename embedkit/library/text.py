"""Texts as callers hand them over."""

from __future__ import annotations

import os

from ..io.lines import Lines


def as_inputs(text) -> list[str]:
    """A text as readers take it.

    text : a path (`str` or `Path`; a folder, a pattern, "-" for stdin), a list of `Path`s, or an iterable of lines:
        strings, or sequences of tokens. A `str` within an iterable is a line, never a path.
    """
    if isinstance(text, (str, os.PathLike)):
        return [os.fspath(text)]
    if isinstance(text, (list, tuple)) and text and all(isinstance(item, os.PathLike) for item in text):
        return [os.fspath(item) for item in text]
    return [Lines(text)]
