"""`embedkit info`: what a file is and how it was made."""

from __future__ import annotations

import sys

import click

from ._config import Command
from ._options import format_option, json_option, model_argument, quiet_option
from ._out import Out, cell


@click.command("info", cls=Command)
@model_argument
@format_option
@json_option
@quiet_option
def command(file, source_format, as_json, quiet):
    """Description and provenance of FILE: format, size, options, seed, sha256 of the corpus.

    FILE is any vector file, a language model, or what count left. A table on a terminal, key and value else, with
    --json one object.
    """
    from ..count.ngrams.formats import is_arpa
    from ..io.files import map_input
    from ..vectors.formats import by_name, detect

    data = map_input(file)
    if is_arpa(data, source_format):
        facts = {"file": file, "format": "arpa", "bytes": len(data), **ngrams(file, data)}
    else:
        format = by_name(source_format) if source_format else detect(file, data)
        facts = {"file": file, "format": format.NAME, "bytes": len(data)}
        facts |= native(file, data) if format.NAME == "native" else foreign(file, format, data)
    with Out(as_json) as out:
        if as_json:
            out.row(**facts)
            return
        pairs = list(flat(facts))
        width = max(len(key) for key, _ in pairs) + 2 if sys.stdout.isatty() else 0
        for key, value in pairs:
            out.line(f"{key:{width}}{cell(value)}" if width else f"{key}\t{cell(value)}")


def foreign(path: str, format, data) -> dict:
    """Facts about a file in another tool's format, from reading all of it."""
    from ..vectors.formats import load

    vectors = load(path, format.NAME, dedupe="first", data=data)
    return {
        "kind": "vectors",
        "words": len(vectors.vocab),
        "dimensions": vectors.width,
        **counted(vectors.vocab.counts),
    }


def ngrams(path: str, data) -> dict:
    """Facts about an ARPA file, from reading all of it."""
    from ..lm.load import load

    model = load(path, data=data)
    sizes = model.metadata["ngrams"]
    return {"kind": "language-model", "words": len(model.vocab), "order": len(sizes), "ngrams": sizes}


def native(path: str, data) -> dict:
    """Facts about a native file of any kind: what its tensors and its metadata say."""
    from ..io import container
    from ..io.metadata import unpack_metadata
    from ..text.vocab_tensors import read_vocab

    stored = container.read(path, data)
    metadata = unpack_metadata(stored.metadata)
    facts = {"profile": stored.metadata.get("format"), "kind": stored.metadata.get("kind")}
    if "vocab.offsets" in stored:
        vocab = read_vocab(stored)
        facts["words"] = len(vocab)
        source = stored.metadata.get("input")
        if source in stored:
            facts["dimensions"] = stored[source].shape[-1] if stored[source].ndim else None
        if "indptr" in stored:
            facts["contexts"] = stored["contexts.offsets"].size - 1 if "contexts.offsets" in stored else len(vocab)
            facts["entries"] = stored["data"].size if "data" in stored else None
        facts |= counted(vocab.counts)
    if metadata.get("kind") == "language-model":
        facts["parameters"] = sum(stored[name].size for name in stored.names if stored[name].dtype.kind == "f")
    held = {name: stored[name] for name in stored.names}
    tensors = {name: f"{container.type_name(t.dtype)} {' x '.join(map(str, t.shape))}" for name, t in held.items()}
    return facts | {key: value for key, value in metadata.items() if key not in facts} | {"tensors": tensors}


def counted(counts) -> dict:
    """True if word counts are known, and how many tokens they add up to."""
    return {"counts": counts is not None, "tokens": None if counts is None else int(counts.sum())}


def flat(facts: dict, prefix: str = ""):
    """(key, text) of every fact; tables within tables become `section.key`, lists of them `list.1.key`; unknown values
    are left out."""
    for key, value in facts.items():
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            value = {str(number): entry for number, entry in enumerate(value, 1)}
        if isinstance(value, dict):
            yield from flat(value, "" if key == "config" and not prefix else f"{prefix}{key}.")
        elif value is not None:
            yield prefix + key, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
