"""Vectors of a file as the start of a training."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError, OptionError
from ..progress import Progress


def check_freeze(model) -> None:
    """Refuse `freeze` without `init`."""
    if model.freeze and model.init is None:
        raise OptionError("--freeze keeps what --init FILE gives; without a file there is nothing to keep")


def take_rows(path: str, vocab, rows: np.ndarray, flag: str, progress: Progress) -> np.ndarray:
    """Put the vectors that file `path` has for words of `vocab` into `rows` (V, D); (V,) bool where it had one.

    EmbedkitError where it has none, or of another length than `flag` (--dim, --embed) says.
    """
    from ..vectors import formats

    given = formats.load(path)
    if given.width != rows.shape[1]:
        raise EmbedkitError(
            f"{path}: its vectors have {given.width} dimensions, not {rows.shape[1]}", f"{flag} {given.width}"
        )
    ids = np.array([-1 if (id := given.vocab.id(word)) is None else id for word in vocab], np.int64)
    known = ids >= 0
    if not known.any():
        raise EmbedkitError(f"{path}: has none of the words of the text", "is it in the same language and case?")
    for block in np.array_split(np.flatnonzero(known), max(1, len(ids) >> 14)):
        rows[block] = given.rows(ids[block])
    progress.say(f"{known.sum():,} of {len(vocab):,} words start from {path}")
    return known
