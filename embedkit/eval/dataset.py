"""Data sets: the lines of their files, and their names. Everything is read as it stands; nothing is re-cased."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator

from ..errors import FormatError
from ..io.encoding import conversion


def name_of(path: str) -> str:
    """The name of a data set: its file without folder and suffixes."""
    name = os.path.basename(path)
    return re.sub(r"(\.(txt|csv|tsv|tab|dat))?(\.(gz|bz2|xz))?$", "", name) or name


def numbered_lines(path: str, data: bytes, comments: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(number, text) of the lines of a file with the bytes `data`, without empty ones and those that begin with
    `comments`. FormatError where one is no UTF-8."""
    for number, raw in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
        try:
            line = raw.decode().strip(" \t\r\n")
        except UnicodeDecodeError as error:
            message, hint = f"invalid UTF-8 at column {error.start + 1}", conversion(path, re.split(rb"[\s,;]+", data))
            raise FormatError(path, message, hint, line=number) from None
        if line and not line.startswith(comments):
            yield number, line
