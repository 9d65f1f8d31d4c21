"""word2vec text: a line "V D", then one row a line. Also fastText's `.vec` and GloVe's files with a header.

Read as any of these tools write it (six decimals or five digits, a space before the line end, CR LF); written with the
shortest decimals that give the same float32, as gensim does.
"""

from __future__ import annotations

import re

import numpy as np

from ...errors import FormatError
from ...io.output import Output
from ..vectors import Vectors
from . import _text
from ._rows import imported
from .lost import CONTEXTS, COUNTS, METADATA, NGRAMS

LOSES = frozenset({COUNTS, CONTEXTS, NGRAMS, METADATA})
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")
_HEADER = re.compile(rb"([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t\r]*\n")


def header(head: bytes) -> tuple[int, int, int] | None:
    """V, D and the length of the header line; None where there is none."""
    match = _HEADER.match(head)
    return match and (int(match[1]), int(match[2]), match.end())


def read_header(path, data: np.ndarray) -> tuple[int, int, int]:
    """The same of a file that must have one."""
    found = header(data[:64].tobytes())
    if found is None:
        raise FormatError(path, "the first line is not a number of words and a number of dimensions", line=1)
    return found


def is_text(head: bytes, D: int) -> bool:
    """True if what follows the header is text: the first row ends with D numbers, or no byte is a control character."""
    line, end, _ = head.partition(b"\n")
    fields = _text.FIELD.findall(line)
    if end and len(fields) > D:
        return _is_numeric(b"".join(fields[len(fields) - D :]))
    if not end and len(head) > 1000:  # a row longer than what sniffing sees
        return _is_numeric(b"".join(fields[-20:-1]))
    return len(head) > 64 and not _CONTROL.search(head)


def _is_numeric(text: bytes) -> bool:
    return not text.translate(None, b"0123456789+-._eEnaifINFATY")


def sniff(head: bytes) -> bool:
    found = header(head)
    return found is not None and is_text(head[found[2] :], found[1])


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """Raises FormatError naming the line."""
    V, D, begin = read_header(path, data)
    _text.check_size(path, V, D, 2 * D + 2, len(data) - begin)
    vocab, matrix = _text.read_rows(path, data, begin, V, D, line=2)
    return imported(path, vocab, matrix, "word2vec-text", "line", 2, dedupe)


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    _text.write_rows(out, vectors, on_bad_token, header=True)
