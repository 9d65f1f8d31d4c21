"""Vectors of a file as the start of a training."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError
from ..runtime.progress import Progress


def open_vectors(path: str, width: int, flag: str):
    """The vectors in file `path`; EmbedkitError where they are of another length than `flag` (--dim, --embed) says."""
    from ..vectors import formats

    given = formats.load(path)
    if given.width != width:
        raise EmbedkitError(f"{path}: its vectors have {given.width} dimensions, not {width}", f"{flag} {given.width}")
    return given


def take_rows(path: str, vocab, rows: np.ndarray, flag: str, progress: Progress) -> np.ndarray:
    """Put the vectors that file `path` has for words of `vocab` into `rows` (V, D); (V,) bool where it had one.

    EmbedkitError where it has none, or as `open_vectors`.
    """
    given = open_vectors(path, rows.shape[1], flag)
    ids = np.array([-1 if (id := given.vocab.id(word)) is None else id for word in vocab], np.int64)
    known = ids >= 0
    if not known.any():
        raise EmbedkitError(f"{path}: has none of the words of the text", "is it in the same language and case?")
    for block in np.array_split(np.flatnonzero(known), max(1, len(ids) >> 14)):
        rows[block] = given.rows(ids[block])
    progress.say(f"{known.sum():,} of {len(vocab):,} words start from {path}")
    return known
