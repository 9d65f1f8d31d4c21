"""Co-occurrence counts as data: a sparse matrix with its vocabulary, and its file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from .. import __version__
from ..errors import FormatError
from ..io import container
from ..io.metadata import KINDS, pack_metadata, unpack_metadata, what_is
from ..io.output import Output
from ..io.spool import pieces
from ..matrix import csr
from ..matrix.csr import Csr
from ..text.vocab import Vocab
from ..text.vocab_tensors import read_vocab, tokenizer_tensors, vocab_tensors

KIND = "counts"


@dataclass
class Counts:
    """Co-occurrence counts: a sparse matrix (V, V), row = word, column = context word, every count above zero.

    metadata : "config" of the run so far, "corpus_sha256"
    """

    vocab: Vocab
    matrix: Csr
    metadata: dict = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Checksum of the matrix, hexadecimal."""
        digest = hashlib.sha256()
        for array in (self.matrix.indptr, self.matrix.indices, self.matrix.data):
            for piece in pieces(array):
                digest.update(np.ascontiguousarray(piece))
        return digest.hexdigest()

    @property
    def provenance(self) -> dict:
        """The facts that a model made of these counts keeps."""
        return {key: value for key, value in self.metadata.items() if key not in ("kind", "tool")}


def save(out: Output, counts: Counts) -> None:
    """Write counts as a native file of kind "counts"."""
    facts = {"kind": KIND, "symmetric": counts.matrix.is_symmetric, "tool": f"embedkit {__version__}"}
    tensors = {**counts.matrix.tensors(), **vocab_tensors(counts.vocab), **tokenizer_tensors(counts.metadata)}
    container.write(out, tensors, pack_metadata({**counts.metadata, **facts}))


def load(path: str) -> Counts:
    """Counts from a native file; FormatError if it holds something else or the parts do not fit together."""
    stored = container.read(path)
    if (what := what_is(stored)) != KINDS[KIND]:
        raise FormatError(path, f"holds {what}, not counts", "make them with: embedkit count TEXT -o COUNTS")
    vocab, metadata = read_vocab(stored), unpack_metadata(stored.metadata)
    # Files of earlier versions say no more than which side of the words was counted.
    is_symmetric = metadata.pop("symmetric", _side(metadata) == "both") is True
    matrix = csr.read(stored, (len(vocab), len(vocab)), is_symmetric)
    check(path, matrix.data)
    return Counts(vocab, matrix, metadata)


def check(path: str, data: np.ndarray, hint: str = "") -> None:
    """FormatError for counts that are not above zero, or not finite."""
    if len(data) and not 0 < data.min() <= data.max() < np.inf:  # false for a NaN as well
        raise FormatError(path, "a count is not above zero, or not finite", hint)


def _side(metadata: dict) -> str | None:
    config = metadata.get("config")
    context = config.get("context") if isinstance(config, dict) else None
    return context.get("context") if isinstance(context, dict) else None
