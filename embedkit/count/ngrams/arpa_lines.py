"""An ARPA file as numbered lines and their fields."""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import NamedTuple

import numpy as np

from ...errors import FormatError

_TAB_IS_SPACE = bytes.maketrans(b"\t", b" ")
_NOT_SEPARATING = bytes(set(range(256)) - set(b" \n"))
_SPACES, _EDGES = re.compile(rb" +"), re.compile(rb" ?\n ?")


class FieldRows(NamedTuple):
    """G lines as fields.

    line : the number of the first
    fields : (F,) objects, bytes, of one line after the other; an empty line is one empty field
    starts, widths : (G,) which of them are of each line
    """

    line: int
    fields: np.ndarray
    starts: np.ndarray
    widths: np.ndarray

    def column(self, k: int) -> list[bytes]:
        return self.fields[self.starts + k].tolist()


class NumberedLines:
    """The lines of a file, counted from 1."""

    def __init__(self, path, data: np.ndarray):
        self.path, self.number, self._file = path, 0, io.BytesIO(data)

    def next(self) -> bytes | None:
        """The next line that is not empty, without white space around it; None at the end of the file."""
        for line in self._file:
            self.number += 1
            if line := line.strip(b" \t\r\n"):
                return line
        return None

    def take(self, n: int) -> FieldRows:
        """The next `n` lines, fewer at the end of the file."""
        lines = list(islice(self._file, n))
        text = b"".join(lines).translate(_TAB_IS_SPACE, b"\r").removesuffix(b"\n").strip(b" ")
        if b"  " in text or b" \n" in text or b"\n " in text:
            text = _EDGES.sub(b"\n", _SPACES.sub(b" ", text))
        separators = np.frombuffer(text.translate(None, _NOT_SEPARATING), np.uint8)
        ends = np.append(np.flatnonzero(separators == 10), len(separators))[: len(lines)] + 1
        widths = np.diff(ends, prepend=0)
        fields = np.array(text.replace(b"\n", b" ").split(b" "), object)
        rows = FieldRows(self.number + 1, fields, ends - widths, widths)
        self.number += len(lines)
        return rows

    def error(self, message: str, hint: str = "", line: int | None = None) -> FormatError:
        return FormatError(self.path, message, hint, line=self.number if line is None else line)
