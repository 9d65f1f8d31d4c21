"""Ids back to text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..io.spool import pieces
from . import _kernels
from .encoded import Encoded

PIECE = 1 << 20


def lines(encoded: Encoded) -> Iterator[np.ndarray]:
    """The text as UTF-8, in pieces (uint8): words with a space between them, one line per line."""
    words, inside = encoded.vocab, False
    # One more entry: a line end, which is -1, picks the last.
    lengths = np.append(np.diff(words.offsets), 0)
    for part in pieces(encoded.ids, PIECE):
        out = np.empty(int(lengths[part].sum()) + len(part), np.uint8)
        yield out[: _kernels.spell(part, words.offsets, words.utf8, inside, out)]
        inside = bool(part[-1] >= 0)
