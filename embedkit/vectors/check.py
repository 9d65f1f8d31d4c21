"""Consistency checks of the tensors of a native file, whatever its kind. Each check says what is wrong, or ""."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError
from ..io.container import Container
from ..matrix import csr
from ..text.vocab_tensors import read_vocab


def words(stored: Container) -> str:
    """Vocabularies are well-formed and hold no word twice."""
    for prefix in ("vocab", "contexts"):
        if f"{prefix}.offsets" in stored:
            if wrong := _problem(stored, lambda prefix=prefix: read_vocab(stored, prefix).words()):
                return wrong
            found = read_vocab(stored, prefix).words()
            if len(set(found)) < len(found):
                return f"{len(found) - len(set(found))} words of {prefix} come twice"
    return ""


def rows(stored: Container) -> str:
    """Sparse rows: one for each word, and columns that exist."""
    if "indptr" not in stored or "vocab.offsets" not in stored:
        return ""
    sizes = [stored[name].size - 1 for name in ("vocab.offsets", "contexts.offsets") if name in stored]
    return _problem(stored, lambda: csr.read(stored, (sizes[0], sizes[-1])))


def _problem(stored: Container, use) -> str:
    try:
        use()
    except EmbedkitError as error:
        return str(error).removeprefix(f"{stored.path}: ")
    return ""


def numbers(stored: Container, block: int = 1 << 20) -> str:
    """No tensor holds a NaN or an infinite number."""
    for name in stored.names:
        flat = stored[name].reshape(-1)
        if flat.dtype.kind == "f":
            for at in range(0, len(flat), block):
                if not np.isfinite(flat[at : at + block]).all():
                    return f"{name} holds a NaN or an infinite number"
    return ""
