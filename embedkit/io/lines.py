"""Lines in memory in the place of a file: what a library's caller hands over as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

SPACE = re.compile(r"[ \t\r\n]")


class Lines(str):
    """Strings, or sequences of tokens, read once as a text in UTF-8; as a `str` it is the name that errors give."""

    def __new__(cls, lines: Iterable[str | Sequence[str]], name: str = "<lines>"):
        self = super().__new__(cls, name)
        self.lines = lines
        return self

    def open(self) -> LineFile:
        """The text as a binary file."""
        return LineFile(_bytes_of(line) for line in self.lines)


class LineFile:
    """A binary file to read, of pieces that are made as it is read."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces, self._rest = pieces, b""

    def __enter__(self) -> LineFile:
        return self

    def __exit__(self, *_) -> None:
        self._pieces = iter(())

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        parts, length = [self._rest], len(self._rest)
        while length < size and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            length += len(piece)
        found = b"".join(parts)
        self._rest = found[size:]
        return found[:size]


def _bytes_of(line: str | Sequence[str]) -> bytes:
    """A line with its end. ValueError where a token is no word, TypeError where a line is neither."""
    if isinstance(line, bytes):
        raise TypeError("a line of text is a str or a sequence of tokens, not bytes")
    if not isinstance(line, str):
        for token in line:
            if not token or SPACE.search(token):
                raise ValueError(f"{token!r} is no token: it is empty, or has white space")
        line = " ".join(line)
    return f"{line.rstrip(chr(10))}\n".encode("utf-8", "surrogateescape")
