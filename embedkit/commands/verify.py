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
    from ..count.ngrams.formats import is_arpa
    from ..errors import AGAIN, FormatError
    from ..io.files import map_input
    from ..vectors.formats import by_name, detect, load

    data = map_input(file)
    if is_arpa(data, source_format):
        from ..lm.load import load as load_lm

        load_lm(file, data=data)
        with Out(as_json) as out:
            out.row(check="arpa", result="ok")
        return
    format = by_name(source_format) if source_format else detect(file, data)
    wrong = []
    with Out(as_json) as out:
        if format.NAME != "native":
            load(file, format.NAME, data=data)
            out.row(check=format.NAME, result="ok")
            return
        for name, problem in checks(file, data):
            out.row(check=name, result=problem or "ok")
            if problem and problem != UNKNOWN:
                wrong.append(f"{name}: {problem}")
    if wrong:
        raise FormatError(file, "; ".join(wrong), AGAIN)


UNKNOWN = "no checksum"


def checks(path: str, data):
    """(name, problem or "") for every tensor of a native file, then for what they mean together."""
    from ..io import container
    from ..vectors.check import numbers, rows, words
    from ..vectors.formats import load

    for name, matches in container.verify(path, data).items():
        name = "header" if name == "__metadata__" else name
        yield name, "" if matches else UNKNOWN if matches is None else "damaged: the checksum does not match"
    stored = container.read(path, data)
    if stored.metadata.get("kind") in ("vectors", "sparse-vectors"):
        yield "format", problem(path, lambda: load(path, "native", data=data))
    yield "words", problem(path, lambda: words(stored))
    yield "rows", problem(path, lambda: rows(stored))
    yield "numbers", problem(path, lambda: numbers(stored))


def problem(path: str, use) -> str:
    """The message of the EmbedkitError that `use` raises, without the path; "" if it raises none."""
    from ..errors import EmbedkitError

    try:
        use()
    except EmbedkitError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""
