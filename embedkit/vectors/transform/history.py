"""The record of what was done to vectors, kept in their metadata."""

from __future__ import annotations

from collections.abc import Sequence

from ... import __version__
from ..query import text_options


def history(metadata: dict, verb: str, **options) -> list[dict]:
    """The `history` in `metadata` of vectors and one more entry: verb, those `options` that are not None, version."""
    past = metadata.get("history")
    given = {name: value for name, value in options.items() if value is not None}
    return [*(past if isinstance(past, list) else []), {"verb": verb, **given, "tool": f"embedkit {__version__}"}]


def shared(sources: Sequence) -> dict:
    """The metadata on which several query sources agree, of those that queries need: the text, how it became words."""
    first = sources[0]
    facts, text = {}, text_options(first)
    if all(source.metadata.get("corpus_sha256") == first.metadata.get("corpus_sha256", "") for source in sources):
        facts["corpus_sha256"] = first.metadata["corpus_sha256"]
    if text and all(text_options(source) == text for source in sources):
        facts["config"] = {"text": text}
    return facts
