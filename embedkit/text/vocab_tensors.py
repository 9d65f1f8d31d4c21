"""The vocabulary in a native file: shared by vectors, counts, the id cache and language models.

PREFIX.offsets  I64 (V + 1,)   the span of each word in PREFIX.utf8; PREFIX is "vocab"
PREFIX.utf8     U8 (B,)        all words, one after another
counts          I64 (V,)       occurrences, where they are known

tokenizer, target_tokenizer  U8 (B,)  tokenizer.json of the subwords that these options name, by its SHA-256
"""

from __future__ import annotations

import numpy as np

from ..errors import FormatError
from ..io.container import Container
from ..io.metadata import column
from .subword import known
from .vocab import Vocab

TOKENIZERS = ("tokenizer", "target_tokenizer")


def tokenizer_tensors(metadata: dict) -> dict[str, np.ndarray]:
    """The subword vocabularies that the options in `metadata` name."""
    config = metadata.get("config")
    text = config.get("text") if isinstance(config, dict) else None
    names = {field: text.get(field) for field in TOKENIZERS} if isinstance(text, dict) else {}
    files = {field: known.source(name) for field, name in names.items() if known.is_name(name)}
    return {field: np.frombuffer(data, np.uint8) for field, data in files.items() if data is not None}


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
    """The vocabulary of a native file, mapped; FormatError where its tensors are missing or contradict each other.

    What subwords it is of is known from then on, by name."""
    path = container.path
    for field in TOKENIZERS:
        if field in container:
            known.register(column(container, field, np.uint8).tobytes())
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
