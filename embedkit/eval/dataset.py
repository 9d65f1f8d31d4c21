"""Data sets: the lines of their files, and their names. Everything is read as it stands; nothing is re-cased."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from hashlib import sha256

from ..errors import FormatError
from ..io.encoding import conversion
from ..io.files import read_whole


def name_of(path: str) -> str:
    """The name of a data set: its file without folder and suffixes."""
    name = os.path.basename(path)
    return re.sub(r"(\.(txt|csv|tsv|tab|dat))?(\.(gz|bz2|xz))?$", "", name) or name


class DataFile:
    """(number, text) of the lines of a file, without the characters `strip` at both ends, without empty ones and those
    that begin with `comments`; its name and checksum. FormatError where one is no UTF-8."""

    def __init__(self, path: str, *comments: str, strip: str = " \t\r\n"):
        self.path, self.comments, self.name, self._data = path, comments, name_of(path), read_whole(path)
        self._strip = strip
        self.sha256 = sha256(self._data).hexdigest()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for number, raw in enumerate(io.BytesIO(self._data.removeprefix(b"\xef\xbb\xbf")), 1):
            try:
                line = raw.decode().strip(self._strip)
            except UnicodeDecodeError as error:
                hint = conversion(self.path, re.split(rb"[\s,;]+", self._data))
                raise FormatError(self.path, f"invalid UTF-8 at column {error.start + 1}", hint, line=number) from None
            if line and not line.startswith(self.comments):
                yield number, line
