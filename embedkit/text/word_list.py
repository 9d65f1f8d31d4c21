"""Lists of words: one a line, a count behind it or not."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import EmbedkitError, FormatError
from ..io.files import read_whole
from .vocab import ERRORS

COUNTED = re.compile(rb"(.+)[ \t]([0-9]{1,18})")


def read_words(path: str, form: Callable[[str], str] = str) -> list[str]:
    """The words of a file, each brought to `form`; a byte order mark, empty lines, and counts behind a tab or the last
    space are ignored.

    EmbedkitError where there are none, FormatError where one stands there twice.
    """
    lines: dict[str, int] = {}
    for number, line in enumerate(read_whole(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        line = line.removesuffix(b"\r")
        counted = COUNTED.fullmatch(line)
        word = form((counted[1] if counted else line).decode("utf-8", ERRORS))
        if word in lines:
            raise FormatError(path, f"the word {word!r} stands in line {lines[word]} already", line=number)
        if word:
            lines[word] = number
    if not lines:
        raise EmbedkitError(f"{path}: no words in it")
    return list(lines)
