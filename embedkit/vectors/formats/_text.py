"""Rows of text: a word, then D numbers, all on one line. Shared by the text formats.

The vector is the last D fields, whatever the word contains; fields are separated by spaces or tabs. Numbers are plain
ASCII decimals (no `nan`, `1_0` or digits of other scripts).
"""

from __future__ import annotations

import re
import shlex
import warnings

import numpy as np

from ...errors import CUT, FormatError
from ...io.files import CHUNK
from ...io.output import Output
from ...text.vocab import LONGEST_WORD, Vocab, show
from ._rows import exported, row_blocks

PIECE = 1 << 20  # bytes parsed at a time
NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMERIC = b"0123456789+-.eE \t\r\n"
_SEPARATES = bytes(byte in b" \t\r\n" for byte in range(256))
FIELD = re.compile(rb"[^ \t\r\n]+")


def check_size(path, V: int, D: int, row: int, size: int) -> None:
    """FormatError where V rows of at least `row` bytes do not fit into `size` bytes: before anything is allocated."""
    if not V or not D:
        raise FormatError(path, f"the header says {V} words and {D} dimensions: there are no vectors in it", line=1)
    if V * row > size:
        raise FormatError(
            path,
            f"the header says {V} words and {D} dimensions, at least {V * row} bytes; {size} bytes follow it",
            CUT,
            line=1,
        )


def read_rows(path, data: np.ndarray, begin: int, V: int, D: int, line: int) -> tuple[Vocab, np.ndarray]:
    """Vocabulary and matrix of the V rows in data[begin:]; the first of them is line `line` of the file."""
    end = rows_end(path, data, begin)
    matrix = np.empty((V, D), np.float32)
    utf8, lengths, row, crowded = [], [np.zeros(1, np.int64)], 0, 0
    size = max(PIECE, LONGEST_WORD + 64 * D)
    while begin < end:
        chunk = data[begin : min(begin + size, end)].tobytes()
        chunk = chunk[: chunk.rfind(b"\n") + 1]
        if not chunk:
            raise FormatError(path, f"no row has more than {size} bytes", "is it a text file?", line=line + row)
        words, ends, values, more = _parse(path, chunk, D, line + row)
        if row + len(ends) > V:
            raise FormatError(path, f"the header says {V} words, there are more", line=line + V)
        matrix[row : row + len(ends)] = values
        utf8.append(words)
        lengths.append(ends)
        row, begin, crowded = row + len(ends), begin + len(chunk), crowded + more
    if row < V:
        raise FormatError(path, f"the header says {V} words, there are {row}", CUT, line=line + row)
    vocab = Vocab(np.cumsum(np.concatenate(lengths)), np.concatenate(utf8))
    if crowded == V:
        _check_width(path, vocab, D)
    return vocab, matrix


def rows_end(path, data: np.ndarray, begin: int) -> int:
    """Offset of the end of the rows: empty lines at the very end are left out."""
    end = len(data)
    if end > begin and data[-1] != 10:
        hint = f"{CUT}; if nothing is missing, run: echo >> {shlex.quote(str(path))}"
        raise FormatError(path, "the last line has no end", hint)
    tail = data[max(begin, end - 4096) : end].tobytes()
    blank = tail[len(tail.rstrip(b"\r\n")) :]
    return end - len(blank) + blank.find(b"\n") + 1


def count_lines(data: np.ndarray, end: int) -> int:
    """Number of line ends in data[:end]."""
    return sum(data[start : min(start + CHUNK, end)].tobytes().count(b"\n") for start in range(0, end, CHUNK))


def _parse(path, chunk: bytes, D: int, line: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Whole lines: bytes of the words, their lengths, the (n, D) values, how many lines have fields to spare."""
    data = np.frombuffer(chunk, np.uint8)
    separates = np.frombuffer(chunk.translate(_SEPARATES), bool)
    field = np.flatnonzero(separates[:-1] & ~separates[1:]) + 1
    if not separates[0]:
        field = np.concatenate([[0], field])
    newline = np.flatnonzero(data == 10)
    after = np.searchsorted(field, newline)  # fields up to the end of each line
    fields = np.diff(after, prepend=0)
    if fields.min() <= D:
        raise _bad_line(path, chunk, D, line)
    begin = np.concatenate([[0], newline[:-1] + 1])
    vector = field[after - D]
    lengths = vector - 1 - begin
    # Blank out the words; what is left must be numbers and nothing else.
    turns = np.empty(2 * len(newline), np.int64)
    turns[0::2], turns[1::2] = lengths, newline + 1 - begin - lengths
    is_word = np.repeat(np.tile([True, False], len(newline)), turns)
    values = numbers(np.where(is_word, np.uint8(32), data).tobytes())
    if values is None or len(values) != len(newline) * D or lengths.max() > LONGEST_WORD:
        raise _bad_line(path, chunk, D, line)
    return data[is_word], lengths, values.reshape(-1, D), int(np.count_nonzero(fields > D + 1))


def numbers(text: bytes) -> np.ndarray | None:
    """float32 numbers between white space; None where there is anything else. Too large becomes infinite."""
    if text.translate(None, _NUMERIC):
        return None
    try:
        with warnings.catch_warnings():
            # Older versions of numpy warn and return what came before the fault.
            warnings.simplefilter("error", DeprecationWarning)
            return np.fromstring(text, np.float32, sep=" ")
    except (ValueError, DeprecationWarning):
        return None


def _bad_line(path, chunk: bytes, D: int, line: int) -> FormatError:
    """The error for the first malformed line of `chunk`."""
    for number, text in enumerate(chunk.split(b"\n")[:-1], line):
        if len(text) > LONGEST_WORD + 64 * D:
            message = f"{len(text)} bytes are too many for a word and {D} numbers"
            return FormatError(path, message, "is it a text file?", line=number)
        fields = FIELD.findall(text)
        if not fields:
            return FormatError(path, "an empty line", line=number)
        if len(fields) == D and text[:1] in b" \t":
            return FormatError(path, "the word is empty", line=number)
        if len(fields) <= D:
            return FormatError(path, f"{len(fields)} fields, a word and {D} numbers are needed", CUT, line=number)
        word = b" ".join(fields[:-D])
        for field in fields[-D:]:
            if not NUMBER.fullmatch(field):
                return FormatError(path, f"{show(field)} in the vector of {show(word)} is no number", line=number)
        if len(word) > LONGEST_WORD:
            return FormatError(path, f"the word {show(word)} has more than {LONGEST_WORD} bytes", line=number)
    raise AssertionError("a line that numpy refuses has no fault")


def _check_width(path, vocab: Vocab, D: int) -> None:
    """Every row has fields to spare: if they are all numbers, the header lies about D."""
    if all(NUMBER.fullmatch(FIELD.findall(vocab.bytes(id))[-1]) for id in range(len(vocab))):
        raise FormatError(path, f"every row has more than the {D} numbers that the header promises", line=1)


def guess_width(head: bytes) -> int:
    """D of rows without a header: what most of the first lines say; 0 where they are no rows.

    Counts the numbers at the end of a line, at most all fields but the first, as Python reads numbers, so that a bad
    number is a fault in its row and not a shorter vector.
    """
    votes: dict[int, int] = {}
    lines = head.split(b"\n", 1000)
    for text in lines[:-1] or lines:  # the last is not whole
        fields = FIELD.findall(text)
        if fields:
            width = 0
            while width < len(fields) - 1 and _is_numeric(fields[-1 - width]):
                width += 1
            votes[width] = votes.get(width, 0) + 1
    return max(votes, key=lambda width: (votes[width], -width), default=0)


def _is_numeric(field: bytes) -> bool:
    try:
        float(field.decode())
    except ValueError:
        return False
    return True


def write_rows(out: Output, vectors, on_bad_token: str, header: bool) -> None:
    """One line a word; numbers are the shortest that read back as the same float32."""
    words, ids = exported(out.path, vectors, on_bad_token)
    if header:
        out.write(b"%d %d\n" % (len(words), vectors.width))
    for block, rows in row_blocks(out.path, vectors, words, ids):
        lines = [b"%b %b\n" % (word, " ".join(map(str, row)).encode()) for word, row in zip(block, rows)]
        out.write(b"".join(lines))
