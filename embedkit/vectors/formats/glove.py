"""GloVe text: one row a line, no header. Words may hold spaces: the vector is the last D fields."""

from __future__ import annotations

import numpy as np

from ...errors import FormatError
from ...io.files import CHUNK
from ...io.output import Output
from ..vectors import Vectors
from . import _text, projector
from ._rows import imported
from .lost import CONTEXTS, COUNTS, METADATA, NGRAMS
from .word2vec_text import header

LOSES = frozenset({COUNTS, CONTEXTS, NGRAMS, METADATA})


def sniff(head: bytes) -> bool:
    # One number at the end of the line is rather a list of counts or of scores.
    return header(head) is None and _text.guess_width(head) > 1 and not projector.sniff(head)


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """Raises FormatError naming the line."""
    D = _text.guess_width(data[:CHUNK].tobytes()) if 10 in data[:CHUNK] else 0
    if not D:
        raise FormatError(path, "the lines do not end with numbers", "is it a vector file?", line=1)
    end = _text.rows_end(path, data, 0)
    # With more lines than there is room for one is too short, and will be named before the rows run out.
    V = min(_text.count_lines(data, end), end // (2 * D + 2))
    vocab, matrix = _text.read_rows(path, data, 0, V, D, line=1)
    return imported(path, vocab, matrix, "glove", "line", 1, dedupe)


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    _text.write_rows(out, vectors, on_bad_token, header=False)
