"""The vocabulary in a native file: shared by vectors, counts, the id cache and language models.

PREFIX.offsets  I64 (V + 1,)   the span of each word in PREFIX.utf8; PREFIX is "vocab"
PREFIX.utf8     U8 (B,)        all words, one after another
counts          I64 (V,)       occurrences, where they are known
"""

from __future__ import annotations

import numpy as np

from ..errors import FormatError
from ..io.container import Container
from ..io.metadata import column
from .vocab import Vocab


def vocab_tensors(vocab: Vocab, prefix: str = "vocab") -> dict[str, np.ndarray]:
    """The tensors that hold `vocab`, in file order."""
    start, end = int(vocab.offsets[0]), int(vocab.offsets[-1])
    tensors = {
        f"{prefix}.offsets": np.asarray(vocab.offsets - start if start else vocab.offsets, np.int64),
        f"{prefix}.utf8": np.asarray(vocab.utf8[start:end], np.uint8),
    }
    if vocab.counts is not None and prefix == "vocab":
        tensors["counts"] = np.asarray(vocab.counts, np.int64)
    return tensors


def read_vocab(container: Container, prefix: str = "vocab") -> Vocab:
    """The vocabulary of a native file, mapped; FormatError where its tensors are missing or contradict each other."""
    path = container.path
    offsets = column(container, f"{prefix}.offsets", np.int64)
    utf8 = column(container, f"{prefix}.utf8", np.uint8)
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(utf8) or np.any(offsets[1:] < offsets[:-1]):
        raise FormatError(path, f"damaged vocabulary: the offsets do not divide the {len(utf8)} bytes of words")
    counts = None
    if prefix == "vocab" and "counts" in container:
        counts = column(container, "counts", np.int64)
        if len(counts) != len(offsets) - 1:
            raise FormatError(path, f"damaged vocabulary: {len(offsets) - 1} words, {len(counts)} counts")
        if np.any(counts < 0):
            raise FormatError(path, "damaged vocabulary: a count is negative")
    return Vocab(offsets, utf8, counts)
