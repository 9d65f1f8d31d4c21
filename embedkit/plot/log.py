"""Reading the JSON lines that `--log` writes."""

from __future__ import annotations

import json
import math
import os
from typing import NamedTuple

from ..errors import FormatError
from ..io.files import read_whole

HINT = "a log is what train writes with --log FILE"


class Log(NamedTuple):
    """The events of the log at `path` by the lines that they stand in."""

    path: str
    events: dict[int, dict]

    @property
    def label(self) -> str:
        """The legend of a log: its file name without folder and suffix, and without what cannot be printed."""
        stem = "stdin" if self.path == "-" else os.path.splitext(os.path.basename(self.path))[0]
        return "".join(char if char.isprintable() else "\ufffd" for char in stem)

    def values(self, event: str, field: str, depth: int = 0) -> list[tuple]:
        """(epoch, value) of every `event` that has the field; epoch is 0 where the event has none.

        A value is a number, with depth 1 a list of them, with depth 2 a list of lists. FormatError where it is not.
        """
        return [
            (self._numbers(line, "epoch", found.get("epoch", 0), 0), self._numbers(line, field, found[field], depth))
            for line, found in self.events.items()
            if found["event"] == event and field in found
        ]

    def _numbers(self, line: int, field: str, value, depth: int):
        if depth and isinstance(value, list):
            return [self._numbers(line, field, item, depth - 1) for item in value]
        if depth or isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FormatError(self.path, f"{field} is not {('a number', 'numbers')[depth > 0]}", line=line)
        # What went out of bounds leaves a gap in its curve.
        return value if abs(value) < 1e100 else math.nan


def read(path: str, data: bytes | None = None) -> Log:
    """The log at `path`, "-" is stdin, or in its bytes, `data`; FormatError names the first line that does not belong
    in one.

    A last line without its end is still being written, and left out.
    """
    lines = (read_whole(path) if data is None else data).split(b"\n")[:-1]
    if not lines:
        raise FormatError(path, "not a single line of a log in it", HINT)
    return Log(path, {number: _event(path, number, line) for number, line in enumerate(lines, 1)})


def _event(path: str, number: int, line: bytes) -> dict:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):  # not JSON, or not even UTF-8
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise FormatError(path, "not a line of a log", HINT, line=number)
    return event
