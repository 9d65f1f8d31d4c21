"""TensorBoard Projector: numbers in `NAME.tsv`, words in `NAME.metadata.tsv` (beside `vectors.tsv`: `metadata.tsv`).

Numbers stand between tabs, a row a line, without a header. Metadata of a single column have no header; with counts
there are two columns, and the first line is `word`, tab, `count`. — TensorBoard, projector_plugin
"""

from __future__ import annotations

import numpy as np

from ...errors import CUT, FormatError
from ...io.files import CHUNK
from ...io.output import Output
from ...text.vocab import LONGEST_WORD, Vocab, show
from ..vectors import Vectors
from . import _text, _words
from ._rows import exported, imported, row_blocks
from .lost import CONTEXTS, METADATA, NGRAMS
from .word2vec_text import header

LOSES = frozenset({CONTEXTS, NGRAMS, METADATA})
WORDS = "metadata.tsv"
_HEADER = b"word\tcount"


def sniff(head: bytes) -> bool:
    """Numbers between tabs and nothing else. Where every row starts with a whole number, that is rather the word."""
    lines = [line.split(b"\t") for line in head.replace(b"\r\n", b"\n").split(b"\n", 50)[:-1] if line]
    if not lines or header(head) is not None or len({len(fields) for fields in lines}) > 1 or len(lines[0]) < 2:
        return False
    numbers = all(_text.NUMBER.fullmatch(field) for fields in lines for field in fields)
    return numbers and not all(fields[0].isdigit() for fields in lines)


def read(path, data: np.ndarray, *, vocab=None, dedupe: str = "error") -> Vectors:
    """`vocab` names the metadata, by default those beside `path`. FormatError names the line."""
    end = _text.rows_end(path, data, 0) if len(data) else 0
    D = data[: min(CHUNK, end)].tobytes().partition(b"\n")[0].count(b"\t") + 1
    V = _text.count_lines(data, end)
    if not V or end < 2 * V * D:
        raise FormatError(path, f"{V} lines are no rows of {D} numbers", "is it a vector file?", line=1)
    matrix, row, begin = np.empty((V, D), np.float32), 0, 0
    while begin < end:
        chunk = data[begin : min(begin + _text.PIECE + 64 * D, end)].tobytes()
        chunk = chunk[: chunk.rfind(b"\n") + 1]
        values = _parse(path, chunk, D, row + 1)
        matrix[row : row + len(values)] = values
        row, begin = row + len(values), begin + len(chunk)
    words, counts = _metadata(path, V, _words.to_read(path, vocab, WORDS))
    return imported(path, Vocab.from_words(words, counts), matrix, "projector", "line", 1, dedupe)


def _parse(path, chunk: bytes, D: int, line: int) -> np.ndarray:
    """(n, D) float32 of whole lines, the first of which is line `line` of the file."""
    text = chunk.replace(b"\r\n", b"\n")
    lines = text.split(b"\n")[:-1]
    if lines and all(row.count(b"\t") == D - 1 for row in lines) and not _has_gaps(text):
        values = _text.numbers(text)
        if values is not None and len(values) == len(lines) * D:
            return values.reshape(-1, D)
    for number, row in enumerate(lines, line):
        fields = row.split(b"\t")
        if len(fields) != D:
            raise FormatError(path, f"{len(fields)} fields, {D} numbers are needed", CUT, line=number)
        for field in fields:
            if not _text.NUMBER.fullmatch(field):
                raise FormatError(path, f"{show(field)} is no number", line=number)
    raise FormatError(path, f"no row has more than {len(chunk) or _text.PIECE} bytes", "is it a text file?", line=line)


def _has_gaps(text: bytes) -> bool:
    """True if a field is empty or holds white space: then numbers would move to other columns."""
    return any(gap in text for gap in (b"\t\t", b"\t\n", b"\n\t", b" ", b"\r")) or text[:1] == b"\t"


def _metadata(path, V: int, named: str) -> tuple[list[bytes], list[int] | None]:
    """Words, and counts where there is a column of that name. Several columns have a header, one has none."""
    lines = _words.lines_of(named)
    has_header = b"\t" in lines[0]
    names = lines.pop(0).split(b"\t") if has_header else [b"word"]
    _words.check_length(path, V, named, len(lines))
    counted = names.index(b"count") if b"count" in names[1:] else 0
    words, counts = [], []
    for number, line in enumerate(lines, 1 + has_header):
        row = line.split(b"\t")
        if len(row) != len(names) or not row[0] or len(row[0]) > LONGEST_WORD:
            raise FormatError(named, f"{len(row)} columns, {len(names)} are needed, a word first", line=number)
        if counted and not (row[counted].isdigit() and len(row[counted]) <= 18):
            raise FormatError(named, f"{show(row[counted])} is no count", line=number)
        words.append(row[0])
        counts += [int(row[counted])] if counted else []
    return words, counts if counted else None


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    """Both files; the words are in place first. EmbedkitError where `out` is a descriptor."""
    words, ids = exported(out.path, vectors, on_bad_token)
    lines, counts = words, vectors.vocab.counts
    if counts is not None:
        lines = [_HEADER, *(b"%b\t%d" % pair for pair in zip(words, counts[ids].tolist()))]
    with Output(_words.to_write(out.path, WORDS), is_text=True) as beside:
        beside.write(b"".join(line + b"\n" for line in lines))
        for _, rows in row_blocks(out.path, vectors, words, ids):
            out.write("".join("\t".join(map(str, row)) + "\n" for row in rows).encode())
