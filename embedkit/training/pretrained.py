"""Vectors of a file as the start of a training."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError
from ..runtime.progress import Progress

BLOCK = 1 << 14  # rows copied at a time


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
    known, ids = known_words(given, vocab, path, progress)
    copy_rows(given, known, ids, rows)
    return np.bincount(known, minlength=len(vocab)) > 0


def known_words(given, vocab, path: str, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """The words of `vocab` that vectors `given`, of file `path`, have: (n,) int64 rising, and their rows there, (n,).

    EmbedkitError where there are none.
    """
    ids = np.array([-1 if (id := given.vocab.id(word)) is None else id for word in vocab], np.int64)
    known = np.flatnonzero(ids >= 0)
    if not len(known):
        raise EmbedkitError(f"{path}: has none of the words of the text", "is it in the same language and case?")
    progress.say(f"{len(known):,} of {len(vocab):,} words start from {path}")
    return known, ids[known]


def copy_rows(given, known: np.ndarray, ids: np.ndarray, rows: np.ndarray) -> None:
    """Put rows `ids` of vectors `given` into the rows `known` of `rows`, block by block."""
    for at in range(0, len(known), BLOCK):
        rows[known[at : at + BLOCK]] = given.rows(ids[at : at + BLOCK])
