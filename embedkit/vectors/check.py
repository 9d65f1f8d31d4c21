"""Consistency checks of the tensors of a native file, whatever its kind: FormatError where one fails."""

from __future__ import annotations

import numpy as np

from ..errors import FormatError
from ..io.container import Container
from ..matrix import csr
from ..text.vocab_tensors import read_vocab


def words(stored: Container) -> None:
    """Vocabularies are well-formed and hold no word twice."""
    for prefix in ("vocab", "contexts"):
        if f"{prefix}.offsets" in stored:
            found = read_vocab(stored, prefix).words()
            if len(set(found)) < len(found):
                raise FormatError(stored.path, f"{len(found) - len(set(found))} words of {prefix} come twice")


def rows(stored: Container) -> None:
    """Sparse rows: one for each word, and columns that exist."""
    if "indptr" in stored and "vocab.offsets" in stored:
        sizes = [stored[name].size - 1 for name in ("vocab.offsets", "contexts.offsets") if name in stored]
        csr.read(stored, (sizes[0], sizes[-1]))


def numbers(stored: Container, block: int = 1 << 20) -> None:
    """No tensor holds a NaN or an infinite number."""
    for name in stored.names:
        flat = stored[name].reshape(-1)
        if flat.dtype.kind == "f":
            for at in range(0, len(flat), block):
                if not np.isfinite(flat[at : at + block]).all():
                    raise FormatError(stored.path, f"{name} holds a NaN or an infinite number")
