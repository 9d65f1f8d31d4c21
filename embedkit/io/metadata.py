"""Metadata of a native file: what kind it is, values as strings, tensors of one column."""

from __future__ import annotations

import json

import numpy as np

from ..errors import FormatError
from .container import PROFILE, Container, looks_like
from .container import read as read_container

# What a native file holds, by the `kind` in its metadata.
KINDS = {
    "vectors": "vectors",
    "sparse-vectors": "vectors (sparse)",
    "quantized-vectors": "vectors (int8)",
    "counts": "co-occurrence counts",
    "ids": "an encoded corpus",
    "checkpoint": "the checkpoint of an unfinished run",
    "language-model": "a language model",
    "masked-language-model": "a masked language model",
    "seq2seq": "an encoder-decoder",
    "classifier": "a classifier",
}
FINISH = "finish it: the same embedkit train with --resume"  # a hint about checkpoints


def what_is(stored: Container) -> str:
    """The kind of a file, for a message."""
    profile = stored.metadata.get("format")
    if profile != PROFILE:
        return f"tensors of another version of embedkit ({profile})" if is_own(stored) else "tensors of another program"
    kind = stored.metadata.get("kind")
    return "tensors of no kind" if kind is None else KINDS.get(kind, f"{kind!r}, which is unknown")


def kind_of(path, data: np.ndarray) -> str | None:
    """The `kind` of the native file in `data`, all bytes of `path`; None where it has none, or is of another format.
    FormatError where it is damaged."""
    return read_container(path, data).metadata.get("kind") if looks_like(data[:64].tobytes()) else None


def is_own(stored: Container) -> bool:
    """True if embedkit has written the file, of this version or of another."""
    return stored.metadata.get("format", "").startswith("embedkit/")


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
