"""GloVe's cooccurrence.bin: records of two int32 ids, counted from 1, and a float64, in native byte order (16 bytes).

The file holds no words: they are the lines of the vocabulary that `vocab_count` (or `embedkit vocab`) has written. The
`cooccur` tool writes records sorted by both ids, `shuffle` in random order; both are read.
"""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..io.files import map_input
from ..io.output import Output
from ..io.spool import pieces, release
from ..matrix.csr import Csr, in_order
from ..text.vocab import Vocab
from ..text.word_list import read_words
from .counts import Counts

NAME = "glove-cooccur"
RECORD = np.dtype([("word", "<i4"), ("context", "<i4"), ("count", "<f8")])
PIECE = 1 << 20


def save(out: Output, counts: Counts) -> None:
    """Write all counts, in order of word and context; float32 counts become float64 unchanged."""
    matrix, rows = counts.matrix, np.diff(counts.matrix.indptr)
    out.reserve(matrix.nnz * RECORD.itemsize)
    for start in range(0, matrix.nnz, PIECE):
        stop = min(start + PIECE, matrix.nnz)
        first, last = np.searchsorted(matrix.indptr, (start, stop - 1), "right") - 1
        sizes = rows[first : last + 1].copy()
        sizes[0] = min(matrix.indptr[first + 1], stop) - start
        sizes[-1] = stop - max(matrix.indptr[last], start)
        records = np.empty(stop - start, RECORD)
        records["word"] = np.repeat(np.arange(first + 1, last + 2), sizes)
        records["context"] = matrix.indices[start:stop] + 1
        records["count"] = matrix.data[start:stop]
        out.write(records)
        release(matrix.indices, matrix.data)


def load(path: str, words: str | None) -> Counts:
    """Counts in the file `path` over the words of the file `words`; FormatError for what cannot be such a file."""
    if words is None:
        raise EmbedkitError(f"{path}: {NAME} holds no words", "name the vocabulary it was counted with: --vocab FILE")
    vocab, data = read_words(words), map_input(path)
    size, rest = divmod(len(data), RECORD.itemsize)
    if rest or not size:
        raise FormatError(path, f"{len(data)} bytes are not records of {RECORD.itemsize}", "is this cooccur's output?")
    records = data.view(RECORD) if data.flags.c_contiguous else np.frombuffer(data.tobytes(), RECORD)
    lengths, is_sorted, last = np.zeros(len(vocab), np.int64), True, (0, 0)
    for i, part in enumerate(pieces(records, PIECE)):
        _check(path, part, i * PIECE, len(vocab))
        lengths += np.bincount(part["word"] - 1, minlength=len(vocab))
        keys = np.append(_key(*last), _key(part["word"], part["context"]))
        is_sorted, last = is_sorted and bool((np.diff(keys) > 0).all()), (part["word"][-1], part["context"][-1])
    indices, values = (records["context"] - 1).astype(np.int32), records["count"].astype(np.float32)
    if not is_sorted:
        order, twice = in_order(records["word"], indices)
        indices, values = indices[order], values[order]
        if twice.any():
            at = int(order[1:][twice].min()) * RECORD.itemsize
            raise FormatError(
                path, "a pair of words stands there twice", "merge the files of several runs first", offset=at
            )
    matrix = Csr(np.concatenate([[0], np.cumsum(lengths)]), indices, values, (len(vocab), len(vocab)))
    return Counts(Vocab.from_words(vocab), matrix, {"config": {}, "imported_from": NAME})


def _key(word, context):
    return np.asarray(word, np.int64) << 32 | np.asarray(context, np.int64)


def _check(path: str, part: np.ndarray, first: int, words: int) -> None:
    good = (part["word"] > 0) & (part["word"] <= words) & (part["context"] > 0) & (part["context"] <= words)
    single = np.finfo(np.float32)  # what counts become
    good &= (part["count"] >= single.tiny) & (part["count"] <= single.max)
    if not good.all():
        bad = int(np.argmin(good))
        record = part[bad]
        raise FormatError(
            path,
            f"no count of two of {words} words: ids {record['word']} and {record['context']}, {record['count']:g}",
            "is --vocab the vocabulary it was counted with?",
            offset=(first + bad) * RECORD.itemsize,
        )
