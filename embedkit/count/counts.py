"""Co-occurrence counts as data: a sparse matrix with its vocabulary, and its file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import __version__
from ..errors import FormatError
from ..io import container
from ..io.files import Output
from ..io.metadata import KINDS, column, pack_metadata, unpack_metadata, what_is
from ..text.vocab import Vocab
from ..text.vocab_tensors import read_vocab, vocab_tensors

KIND = "counts"


@dataclass
class Counts:
    """A sparse matrix (V, V): row = word, column = context word.

    indptr : (V + 1,) int64, indices : int32, rising within a row, data : float32; any of them may be mapped
    metadata : "config" of the run so far, "corpus_sha256"
    """

    vocab: Vocab
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    metadata: dict = field(default_factory=dict)

    @property
    def provenance(self) -> dict:
        """The facts that a model made of these counts keeps."""
        return {key: value for key, value in self.metadata.items() if key not in ("kind", "tool")}


def save(out: Output, counts: Counts) -> None:
    """Write counts as a native file of kind "counts"."""
    tensors = {"data": counts.data, "indices": counts.indices, "indptr": counts.indptr, **vocab_tensors(counts.vocab)}
    container.write(out, tensors, pack_metadata({**counts.metadata, "kind": KIND, "tool": f"embedkit {__version__}"}))


def load(path: str) -> Counts:
    """Counts from a native file; FormatError if it holds something else or the parts do not fit together."""
    stored = container.read(path)
    if (what := what_is(stored)) != KINDS[KIND]:
        raise FormatError(path, f"holds {what}, not counts", "make them with: embedkit count TEXT -o COUNTS")
    vocab = read_vocab(stored)
    types = {"indptr": np.int64, "indices": np.int32, "data": np.float32}
    indptr, indices, data = (column(stored, name, dtype) for name, dtype in types.items())
    fits = len(indptr) == len(vocab) + 1 and indptr[0] == 0 and indptr[-1] == len(indices) == len(data)
    inside = not len(indices) or 0 <= indices.min() <= indices.max() < len(vocab)
    if not fits or not inside or (np.diff(indptr) < 0).any():
        raise FormatError(path, "rows and columns of the counts do not fit the vocabulary")
    if len(data) and not 0 < data.min() <= data.max() < np.inf:  # false for a NaN as well
        raise FormatError(path, "a count is not above zero, or not finite")
    return Counts(vocab, indptr, indices, data, unpack_metadata(stored.metadata))
