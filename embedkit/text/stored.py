"""How a vocabulary and metadata lie in a native file: shared by vectors, counts, the id cache and language models.

PREFIX.offsets  I64 (V + 1,)   the span of each word in PREFIX.utf8; PREFIX is "vocab"
PREFIX.utf8     U8 (B,)        all words, one after another
counts          I64 (V,)       occurrences, where they are known
"""

from __future__ import annotations

import json

import numpy as np

from ..container import PROFILE, Container
from ..errors import FormatError
from .vocab import Vocab

# What a native file holds, by the `kind` in its metadata.
KINDS = {
    "vectors": "vectors",
    "sparse-vectors": "vectors (sparse)",
    "quantized-vectors": "vectors (int8)",
    "counts": "co-occurrence counts",
    "ids": "an encoded corpus",
    "checkpoint": "the checkpoint of an unfinished run",
    "language-model": "a language model",
}
FINISH = "finish it: the same embedkit train with --resume"  # a hint about checkpoints


def what_is(stored: Container) -> str:
    """What the file holds, for a message."""
    profile = stored.metadata.get("format")
    if profile != PROFILE:
        return f"tensors of another version of embedkit ({profile})" if is_own(stored) else "tensors of another program"
    kind = stored.metadata.get("kind")
    return "tensors of no kind" if kind is None else KINDS.get(kind, f"{kind!r}, which is unknown")


def is_own(stored: Container) -> bool:
    """Whether embedkit has written the file, of this version or of another."""
    return stored.metadata.get("format", "").startswith("embedkit/")


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


def column(container: Container, name: str, dtype, hint: str = "") -> np.ndarray:
    """The tensor `name`, (n,) of `dtype`; FormatError with `hint` where there is none, or another one."""
    if name not in container:
        raise FormatError(container.path, f"there is no tensor {name!r} in it", hint)
    tensor = container[name]
    if tensor.ndim != 1 or tensor.dtype != dtype:
        found = f"{tensor.dtype} {tensor.shape}"
        raise FormatError(container.path, f"tensor {name!r} is {found}, not {np.dtype(dtype)}", hint)
    return tensor


def pack_metadata(metadata: dict) -> dict[str, str]:
    """JSON-able values as the strings that a container keeps: strings as they are, anything else as JSON text."""
    return {key: value if _is_plain(value) else json.dumps(value) for key, value in metadata.items()}


def unpack_metadata(metadata: dict[str, str]) -> dict:
    """The inverse of `pack_metadata`, without what the container itself added (`format`, `sha256.NAME`)."""
    own = {key: value for key, value in metadata.items() if key != "format" and not key.startswith("sha256.")}
    return {key: value if _is_plain(value) else json.loads(value) for key, value in own.items()}


def _is_plain(value) -> bool:
    """A string that no reader could take for JSON."""
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return True
    return False
