"""Files against their checksums and the rules of their formats."""

from __future__ import annotations

from collections.abc import Iterator

NO_CHECKSUM = "no checksum"


def verify(path: str, format: str | None = None) -> Iterator[tuple[str, str]]:
    """(name, problem, or "") of every check of a file; `NO_CHECKSUM` is no problem. A file of another tool's format has
    one check: FormatError where all of it makes no sense."""
    from ..count.ngrams.formats import is_arpa
    from ..io.files import map_input
    from ..vectors.formats import by_name, detect, load

    data = map_input(path)
    if is_arpa(data, format):
        from ..lm.load import load as load_lm

        load_lm(path, data=data)
        yield "arpa", ""
        return
    found = by_name(format) if format else detect(path, data)
    if found.NAME == "native":
        yield from _native(path, data)
        return
    load(path, found.NAME, data=data)
    yield found.NAME, ""


def _native(path: str, data):
    """(name, problem or "") for every tensor of a native file, then for what they mean together."""
    from ..io import container
    from ..vectors.check import numbers, rows, words
    from ..vectors.formats import load

    for name, matches in container.verify(path, data).items():
        name = "header" if name == "__metadata__" else name
        yield name, "" if matches else NO_CHECKSUM if matches is None else "damaged: the checksum does not match"
    stored = container.read(path, data)
    if stored.metadata.get("kind") in ("vectors", "sparse-vectors"):
        yield "format", _problem(path, lambda: load(path, "native", data=data))
    yield "words", _problem(path, lambda: words(stored))
    yield "rows", _problem(path, lambda: rows(stored))
    yield "numbers", _problem(path, lambda: numbers(stored))


def _problem(path: str, use) -> str:
    """The message of the EmbedkitError that `use` raises, without the path; "" if it raises none."""
    from ..errors import EmbedkitError

    try:
        use()
    except EmbedkitError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""
