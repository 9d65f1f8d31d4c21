"""Every error that embedkit raises on purpose. `commands/_exit.py` makes a line, a hint and an exit code of each."""

from contextlib import contextmanager

# Hints about files that are not whole.
AGAIN = "fetch or make the file again"
CUT = "the file was cut short: fetch or make it again"
DAMAGED = "embedkit verify FILE tells which parts of a file are damaged"


class EmbedkitError(Exception):
    """Something the user can act on: what happened, and (`hint`) the next step."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.hint = hint


class OptionError(EmbedkitError):
    """An option names something that does not exist: wrong usage, exit code 2."""


class BrokenVector(EmbedkitError):
    """A vector that nothing can be computed with."""

    def __init__(self, word: str):
        super().__init__(f"the vector of {word!r} holds a NaN or an infinite number")


class FormatError(EmbedkitError):
    """A file that is not what it should be: `path`, the byte `offset` or `line` where it goes wrong, and why."""

    def __init__(self, path, message: str, hint: str = "", *, offset: int | None = None, line: int | None = None):
        where = f"byte {offset}: " if offset is not None else f"line {line}: " if line is not None else ""
        super().__init__(f"{path}: {where}{message}", hint)
        self.path, self.offset, self.line = path, offset, line


@contextmanager
def about(file: str):
    """Inside, errors that do not name the file are about `file`."""
    try:
        yield
    except FormatError:
        raise
    except EmbedkitError as error:
        raise EmbedkitError(f"{file}: {error}", error.hint) from error
