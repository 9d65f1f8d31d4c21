"""Consistency checks of the tensors of a native file, whatever its kind. Each check says what is wrong, or ""."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError
from ..io.container import Container
from ..text.vocab_tensors import read_vocab


def words(stored: Container) -> str:
    """Vocabularies are well-formed and hold no word twice."""
    for prefix in ("vocab", "contexts"):
        if f"{prefix}.offsets" in stored:
            try:
                found = read_vocab(stored, prefix).words()
            except EmbedkitError as error:
                return str(error).removeprefix(f"{stored.path}: ")
            if len(set(found)) < len(found):
                return f"{len(found) - len(set(found))} words of {prefix} come twice"
    return ""


def rows(stored: Container) -> str:
    """Sparse rows: one for each word, and columns that exist."""
    if not all(name in stored for name in ("indptr", "indices", "vocab.offsets")):
        return ""
    indptr, indices, V = stored["indptr"].reshape(-1), stored["indices"].reshape(-1), stored["vocab.offsets"].size - 1
    width = stored["contexts.offsets"].size - 1 if "contexts.offsets" in stored else V
    if len(indptr) != V + 1 or indptr[0] or indptr[-1] != len(indices) or (indptr[1:] < indptr[:-1]).any():
        return f"indptr does not divide {len(indices)} entries among {V} words"
    if len(indices) and not 0 <= indices.min() <= indices.max() < width:
        return f"a column is not among the {width} contexts"
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
