"""word2vec binary: a line "V D", then for each row the word, a space and D little-endian float32.

The C tool ends every row with a newline, gensim does not: both are read, the first is written.
"""

from __future__ import annotations

import re

import numpy as np

from ...errors import AGAIN, FormatError
from ...io.output import Output
from ...text.vocab import LONGEST_WORD, Vocab, show
from ..vectors import Vectors
from ._rows import exported, imported, row_blocks
from ._text import check_size
from .lost import CONTEXTS, COUNTS, METADATA, NGRAMS
from .word2vec_text import header, is_text, read_header

LOSES = frozenset({COUNTS, CONTEXTS, NGRAMS, METADATA})
_MISPLACED = "a word before it probably holds a space, which this format cannot mark: export the vectors as text"


def sniff(head: bytes) -> bool:
    found = header(head)
    return found is not None and not is_text(head[found[2] :], found[1])


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """Raises FormatError naming the byte or the row (from 1)."""
    V, D, at = read_header(path, data)
    check_size(path, V, D, 4 * D + 2, len(data) - at)
    matrix = np.empty((V, D), "<f4")
    words, after = _read_rows(path, data, at, matrix)
    if after < len(data):
        raise FormatError(path, f"{len(data) - after} bytes follow the last row", "is the header right?", offset=after)
    return imported(path, Vocab.from_words(words), matrix, "word2vec", "row", 1, dedupe)


def _read_rows(path, data: np.ndarray, at: int, matrix: np.ndarray) -> tuple[list[bytes], int]:
    """Fills `matrix` from data[at:]; the words, and where the last row ends."""
    source, target = memoryview(data), memoryview(matrix).cast("B")
    size, width, words = len(source), matrix.shape[1] * 4, []
    ends_lines = False
    for row in range(len(matrix)):
        begin = at
        word, at = _word(path, source, at, row)
        if row and not ends_lines and (word[0] & 0xC0 == 0x80 or 0 in word):
            # No word starts inside a character: these are numbers of the row before.
            raise FormatError(path, f"row {row + 1} does not start with a word", _MISPLACED, offset=begin)
        if at + width > size:
            message = f"cut short in row {row + 1}, {show(word)}, of {len(matrix)}"
            raise FormatError(path, message, AGAIN, offset=size)
        target[row * width : (row + 1) * width] = source[at : at + width]
        at += width
        words.append(word)
        if not row:
            ends_lines = at < size and source[at] == 10
        if ends_lines and at < size:
            if source[at] != 10:
                raise FormatError(path, f"row {row + 1}, {show(word)}, does not end here", _MISPLACED, offset=at)
            at += 1
    if not ends_lines:
        _check_words(path, words, at - sum(map(len, words)) - len(words) * (1 + width), width)
    return words, at


_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def _check_words(path, words: list[bytes], at: int, width: int) -> None:
    """With no line end after a row, what a space inside a word puts off can only be told by the next word."""
    if (joined := b" ".join(words[1:])).isascii() and not _CONTROL.search(joined):
        return
    for row, word in enumerate(words):
        if row and (_CONTROL.search(word) or not _is_utf8(word)):
            raise FormatError(path, f"row {row + 1} does not start with a word", _MISPLACED, offset=at)
        at += len(word) + 1 + width


def _is_utf8(word: bytes) -> bool:
    """True if it is, or is the beginning of what was: word2vec cuts words after so many bytes."""
    try:
        word.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True


def _word(path, source: memoryview, at: int, row: int) -> tuple[bytes, int]:
    """The word at `at` and where its vector starts."""
    for limit in (64, LONGEST_WORD + 1):
        window = bytes(source[at : at + limit])
        space = window.find(b" ")
        if space > 0:
            return window[:space], at + space + 1
    if space == 0:
        message, hint = f"the word of row {row + 1} is empty", _MISPLACED
    elif at + limit >= len(source):
        message, hint = f"cut short in the word of row {row + 1}", AGAIN
    else:
        message, hint = f"the word of row {row + 1} has more than {LONGEST_WORD} bytes", _MISPLACED
    raise FormatError(path, message, hint, offset=at)


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    words, ids = exported(out.path, vectors, on_bad_token)
    first = b"%d %d\n" % (len(words), vectors.width)
    out.reserve(len(first) + sum(map(len, words)) + len(words) * (2 + 4 * vectors.width))
    out.write(first)
    for block, rows in row_blocks(out.path, vectors, words, ids):
        rows = rows.astype("<f4", copy=False)
        out.write(b"".join(b"%b %b\n" % (word, row.tobytes()) for word, row in zip(block, rows)))
