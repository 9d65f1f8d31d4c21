"""A numpy array of float32 rows, `NAME.npy`, and its words in `NAME.vocab.txt` (beside `vectors.npy`: `vocab.txt`).

The words stand one a line, each with a tab and its count where counts are known. Reading maps the array.
"""

from __future__ import annotations

import numpy as np

from ...errors import FormatError
from ...io import npy
from ...io.output import Output
from ...text.vocab import Vocab
from ..vectors import Vectors
from . import _words
from ._rows import exported, imported, row_blocks
from .lost import CONTEXTS, METADATA, NGRAMS

LOSES = frozenset({CONTEXTS, NGRAMS, METADATA})
WORDS = "vocab.txt"


def sniff(head: bytes) -> bool:
    return head[:6] == npy.MAGIC


def read(path, data: np.ndarray, *, vocab=None, dedupe: str = "error") -> Vectors:
    """`vocab` names the file of words, by default the one beside `path`. FormatError where it does not fit."""
    array = npy.parse(path, data)
    if array.ndim != 2 or array.dtype.kind != "f" or not array.size:
        found = f"{array.dtype} of shape {array.shape}"
        raise FormatError(path, f"a numpy array of {found}, rows of float32 are needed", "save it as float32")
    named = _words.to_read(path, vocab, WORDS)
    words, counts = _words.read_words(named)
    _words.check_length(path, len(array), named, len(words))
    with np.errstate(over="ignore"):  # too large becomes infinite, and is named
        matrix = np.ascontiguousarray(array, np.float32)
    if not matrix.flags.aligned:
        matrix = matrix.copy()
    vectors = imported(path, Vocab.from_words(words, counts), matrix, "npy", "row", 1, dedupe)
    vectors.unread = "digits beyond float32" if array.dtype.itemsize > 4 else ""
    return vectors


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    """Both files; the words are in place first. EmbedkitError where `out` is a descriptor."""
    words, ids = exported(out.path, vectors, on_bad_token)
    counts = vectors.vocab.counts
    lines = words if counts is None else [b"%b\t%d" % pair for pair in zip(words, counts[ids].tolist())]
    with Output(_words.to_write(out.path, WORDS), is_text=True) as beside:
        beside.write(b"".join(line + b"\n" for line in lines))
        out.reserve(4 * len(ids) * vectors.width + 128)
        out.write(npy.header(("<f4", (len(ids), vectors.width))))
        for _, rows in row_blocks(out.path, vectors, words, ids):
            out.write(rows.astype("<f4", copy=False))
