"""The parts of vectors that a format may lack, and those that are lost where a file is written in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...catalog import LM, MLM
from ..query import has_ngrams
from ._rows import exported


class Part(NamedTuple):
    """A part of vectors: its name for people, and a function that tells whether vectors have it."""

    name: str
    is_in: Callable


COUNTS = Part("counts", lambda vectors: vectors.vocab.counts is not None)
CONTEXTS = Part("context vectors", lambda vectors: vectors.contexts is not None)
NGRAMS = Part("n-grams", has_ngrams)
OTHER_NGRAMS = Part(
    "n-grams of jamo and sums", lambda vectors: has_ngrams(vectors) and vectors.ngrams[2:] != ("char", "mean")
)
SUMS = Part(
    "sums of n-grams (they become means; cosines agree)",
    lambda vectors: has_ngrams(vectors) and vectors.ngrams.pooling == "sum",
)
METADATA = Part("metadata", lambda vectors: bool(set(vectors.metadata) - {"kind", "imported_from"}))
DIGITS = Part("last digits", lambda vectors: True)
DIGITS_WITH_NGRAMS = Part("last digits", has_ngrams)
PARTS = (COUNTS, CONTEXTS, NGRAMS, OTHER_NGRAMS, METADATA, DIGITS, DIGITS_WITH_NGRAMS, SUMS)


def lost(made, written, *sources) -> list[str]:
    """Names of what is lost of `sources` (by default `made` itself) where vectors are `made` of them, and of those in a
    file of format `written`; only of what was there."""
    names = []
    for source in sources or (made,):
        names += [unread] if (unread := getattr(source, "unread", "")) else []
        names += ["the layers of the language model"] * (source.metadata.get("kind") in (LM, MLM))
        names += [part.name for part in (CONTEXTS, NGRAMS) if part.is_in(source) and not part.is_in(made)]
    names += [part.name for part in PARTS if part in written.LOSES and part.is_in(made)]
    return list(dict.fromkeys(names))


def misfits(target: str, vectors, on_bad_token: str) -> list[str]:
    """The number of words that the file `target` could not hold as they are, for people; nothing where it holds all."""
    n = len(vectors) - len(exported(target, vectors, "skip")[1])
    return [f"{n} words" + (" as they were (escaped)" if on_bad_token == "escape" else "")] if n else []
