"""`embedkit verify`: a file against its checksums and its format's rules."""

from __future__ import annotations

import click

from ._options import format_option, json_option, model_argument
from ._out import Out


@click.command("verify")
@model_argument
@format_option
@json_option
@click.option("-q", "--quiet", is_flag=True, hidden=True)
def command(file, source_format, as_json, quiet):
    """Check FILE: one line per check, its name and ok, or what is wrong; exit code 1 if anything is.

    A native file has a SHA-256 for each tensor; its words and rows are looked at as well. Other formats have none: all
    of the file is read and must make sense.
    """
    from ..errors import FormatError
    from ..files import map_input
    from ..vectors.formats import by_name, detect, load

    data = map_input(file)
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
        raise FormatError(file, "; ".join(wrong), "fetch or make the file again")


UNKNOWN = "no checksum"


def checks(path: str, data):
    """(name, problem or "") for every tensor of a native file, then for what they mean together."""
    from .. import container

    for name, matches in container.verify(path, data).items():
        name = "header" if name == "__metadata__" else name
        yield name, "" if matches else UNKNOWN if matches is None else "damaged: the checksum does not match"
    stored = container.read(path, data)
    if stored.metadata.get("kind") in ("vectors", "sparse-vectors"):
        yield "format", _format(path, data)
    for name, check in (("words", _words), ("rows", _rows), ("numbers", _numbers)):
        yield name, check(stored)


def _format(path: str, data) -> str:
    from ..errors import EmbedkitError
    from ..vectors.formats import load

    try:
        load(path, "native", data=data)
    except EmbedkitError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""


def _words(stored) -> str:
    from ..errors import EmbedkitError
    from ..text.stored import read_vocab

    for prefix in ("vocab", "contexts"):
        if f"{prefix}.offsets" in stored:
            try:
                words = read_vocab(stored, prefix).words()
            except EmbedkitError as error:
                return str(error).removeprefix(f"{stored.path}: ")
            if len(set(words)) < len(words):
                return f"{len(words) - len(set(words))} of {prefix} come twice"
    return ""


def _rows(stored) -> str:
    """Sparse rows: one for each word, and columns that exist."""
    if "indptr" not in stored or "indices" not in stored or "vocab.offsets" not in stored:
        return ""
    indptr, indices, V = stored["indptr"].reshape(-1), stored["indices"].reshape(-1), stored["vocab.offsets"].size - 1
    width = stored["contexts.offsets"].size - 1 if "contexts.offsets" in stored else V
    if len(indptr) != V + 1 or indptr[0] or indptr[-1] != len(indices) or (indptr[1:] < indptr[:-1]).any():
        return f"indptr does not divide {len(indices)} entries among {V} words"
    if len(indices) and not 0 <= indices.min() <= indices.max() < width:
        return f"a column is not among the {width} contexts"
    return ""


def _numbers(stored, block: int = 1 << 20) -> str:
    import numpy as np

    for name in stored.names:
        flat = stored[name].reshape(-1)
        if flat.dtype.kind == "f":
            for at in range(0, len(flat), block):
                if not np.isfinite(flat[at : at + block]).all():
                    return f"{name} holds a NaN or an infinite number"
    return ""
