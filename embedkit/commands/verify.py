"""`embedkit verify`: a file against its checksums and its format's rules."""

from __future__ import annotations

import click

from ._config import Command
from ._options import format_option, json_option, model_argument, quiet_option
from ._out import Out


@click.command("verify", cls=Command)
@model_argument
@format_option
@json_option
@quiet_option
def command(file, source_format, as_json, quiet):
    """Check FILE: one line per check, its name and ok, or what is wrong; exit code 1 if anything is.

    A native file has a SHA-256 for each tensor; its words and rows are looked at as well. Other formats have none: all
    of the file is read and must make sense.
    """
    from ..errors import AGAIN, FormatError
    from ..library.verify import NO_CHECKSUM, verify

    wrong = []
    with Out(as_json) as out:
        for name, problem in verify(file, source_format):
            out.row(check=name, result=problem or "ok")
            if problem and problem != NO_CHECKSUM:
                wrong.append(f"{name}: {problem}")
    if wrong:
        raise FormatError(file, "; ".join(wrong), AGAIN)
