"""Safetensors files of other programs, read only: one of their tensors, and the words from another file."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError, FormatError
from ...io import container
from ...io.metadata import is_own
from ...text.vocab import Vocab
from ..vectors import Vectors
from ._rows import imported
from ._words import check_length, read_words


def _is_float(dtype: np.dtype) -> bool:
    return dtype.kind == "f" or dtype == container.BF16


def sniff(head: bytes) -> bool:
    return False  # looks like a native file, which says what such a one needs


def read(path, data: np.ndarray, *, vocab=None, tensor: str | None = None, dedupe: str = "error") -> Vectors:
    """`vocab` names the file of words, a row each; `tensor` the rows, by default the only ones that are as many.

    EmbedkitError where words or a choice are missing, FormatError where they do not fit.
    """
    stored = container.read(path, data)
    if is_own(stored):
        raise FormatError(path, "is a native file: its words are in it", "leave --from out")
    shapes = {name: stored[name].shape for name in stored.names if _is_float(stored[name].dtype)}
    tables = {name: shape for name, shape in shapes.items() if len(shape) == 2 and all(shape)}
    listed = ", ".join(f"{name} {rows} x {D}" for name, (rows, D) in list(tables.items())[:5])
    if not tables:
        fault = "has no tensor of rows of float16, 32, 64 or bfloat16"
        raise FormatError(path, fault, "convert it with the program it is of")
    if vocab is None:
        hint = f"name a file of words, one a row: embedkit convert --from safetensors --vocab FILE {path} OUT"
        raise EmbedkitError(f"{path}: this format holds no words (tensors {listed})", hint)
    words, counts = read_words(vocab)
    fitting = [name for name, (rows, _) in tables.items() if rows == len(words)]
    if tensor is not None and tensor not in tables:
        raise EmbedkitError(f"{path}: has no rows called {tensor!r}", f"tensors: {listed}")
    if tensor is None and len(fitting) != 1:
        fault = f"{len(fitting) or 'no'} tensors have {len(words)} rows, as many as {vocab} has words"
        raise EmbedkitError(f"{path}: {fault}", f"choose with --tensor: {listed}")
    name = tensor or fitting[0]
    check_length(path, len(stored[name]), vocab, len(words))
    with np.errstate(over="ignore"):  # too large becomes infinite, and is named
        matrix = np.ascontiguousarray(container.widened(stored[name]), np.float32)
    vectors = imported(path, Vocab.from_words(words, counts), matrix, "safetensors", "row", 1, dedupe)
    if len(stored.names) > 1:
        vectors.unread = "the other tensors"
    return vectors
