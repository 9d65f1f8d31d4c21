"""finalfusion `.fifu`: chunks of little-endian numbers. Rows have length 1; what they were is in a chunk of its own.

    header    "FiFu", u32 version 0, u32 n, u32 [n] what the chunks are
    chunk     u32 what it is, u64 bytes that follow, of which
    metadata  TOML
    words     u64 V; with n-grams u32 minn, maxn, buckets; for each word u32 length, bytes
    rows      u64 rows, u32 D, u32 10 (float32), padding, f32 [rows, D]: of words, then of n-grams
    norms     u64 V, u32 10, padding, f32 [V]

Padding is 4 - position % 4 bytes, so never none. Metadata of embedkit's are in the table `embedkit`, values as JSON.
— finalfusion-rust, src/chunks
"""

from __future__ import annotations

import struct

import numpy as np

from ...config import MAX_TOML, quoted, read_toml
from ...errors import AGAIN, FormatError
from ...io.metadata import pack_metadata, unpack_metadata
from ...io.output import Output
from ...io.spool import pieces
from ...text.vocab import LONGEST_WORD, Vocab
from ..ngrams import MAX_NGRAM, Ngrams
from ..subwords import SubwordVectors
from ..vectors import Vectors
from ._rows import BLOCK, exported, imported, row_blocks
from .lost import CONTEXTS, COUNTS, DIGITS, OTHER_NGRAMS

LOSES = frozenset({COUNTS, CONTEXTS, DIGITS, OTHER_NGRAMS})
WORDS, ROWS, BUCKETS, QUANTIZED, METADATA, NORMS, FASTTEXT, EXPLICIT = range(1, 9)
FLOAT32 = 10


def sniff(head: bytes) -> bool:
    return head[:8] == b"FiFu\0\0\0\0"


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """`SubwordVectors` where n-grams are hashed as fastText does; those of others are left out. FormatError names
    the byte; quantized files are refused."""
    chunks = _chunks(path, data)
    words, ngrams = _words(path, data, chunks)
    if ROWS not in chunks:
        quantized = "the rows are quantized, that is, approximations, and are not read"
        message = quantized if QUANTIZED in chunks else "there are no rows in it"
        raise FormatError(path, message, "convert it with finalfusion, or use the file it was made from")
    matrix = _numbers(path, data, *chunks[ROWS], "QI", "rows")
    if len(matrix) != len(words) if ngrams is None else len(matrix) < len(words):
        raise FormatError(path, f"{len(words)} words, but {len(matrix)} rows", AGAIN, offset=chunks[ROWS][0])
    own = matrix[: len(words)]
    if NORMS in chunks:
        norms = _numbers(path, data, *chunks[NORMS], "Q", "norms")
        if len(norms) != len(words):
            raise FormatError(path, f"{len(words)} words, but {len(norms)} norms", AGAIN, offset=chunks[NORMS][0])
        with np.errstate(over="ignore", invalid="ignore"):  # infinite and NaN rows are named below
            own = own * norms[:, None]
    vectors = imported(path, Vocab.from_words(words), np.array(own, np.float32), "finalfusion", "row", 1, dedupe)
    unread = []
    if ngrams is not None and FASTTEXT in chunks:
        vectors = _with_ngrams(path, vectors, matrix[len(words) :], *ngrams)
    elif ngrams is not None:
        unread.append("n-grams")
    if METADATA in chunks:
        facts = _metadata(path, data, *chunks[METADATA])
        if facts is None:
            unread.append("metadata")
        vectors.metadata |= facts or {}
    vectors.unread = ", ".join(unread)
    return vectors


def _chunks(path, data: np.ndarray) -> dict[int, tuple[int, int]]:
    """Span of each chunk's payload."""
    if data[:4].tobytes() != b"FiFu" or len(data) < 12:
        raise FormatError(path, "is not a finalfusion file, or cut short", offset=0)
    version, n = struct.unpack_from("<2I", data, 4)
    at = 12 + 4 * n
    if version or not 0 < n < 16 or at > len(data):
        raise FormatError(path, f"finalfusion version {version} with {n} chunks is not known, or cut short", offset=4)
    chunks = {}
    for number, kind in enumerate(struct.unpack_from(f"<{n}I", data, 12), 1):
        if at + 12 > len(data):
            raise FormatError(path, f"cut short before chunk {number} of {n}", AGAIN, offset=len(data))
        found, length = struct.unpack_from("<IQ", data, at)
        if found != kind or kind in chunks:
            raise FormatError(path, f"chunk {number} is of kind {found}, {kind} is promised once", AGAIN, offset=at)
        if length > len(data) - at - 12:
            message = f"chunk {number} needs {length} bytes, {len(data) - at - 12} follow"
            raise FormatError(path, message, AGAIN, offset=at + 4)
        chunks[kind] = at + 12, at + 12 + length
        at += 12 + length
    if at < len(data):
        raise FormatError(path, f"{len(data) - at} bytes follow the last chunk", offset=at)
    return chunks


def _words(path, data: np.ndarray, chunks: dict):
    """The words, and the numbers about n-grams, minn, maxn and perhaps buckets, or None."""
    kinds = {WORDS: "Q", BUCKETS: "Q3I", FASTTEXT: "Q3I", EXPLICIT: "2Q2I"}
    found = [kind for kind in kinds if kind in chunks]
    if len(found) != 1:
        raise FormatError(path, "there is no vocabulary in it, or of a kind that is not read, or more than one")
    (kind,), (at, end), head = found, chunks[found[0]], struct.Struct("<" + kinds[found[0]])
    if at + head.size > end:
        raise FormatError(path, "the vocabulary is cut short", AGAIN, offset=at)
    V, *numbers = head.unpack_from(data, at)
    at += head.size
    if not 0 < V <= (end - at) // 4:
        raise FormatError(path, f"{V} words are promised, {end - at} bytes follow", AGAIN, offset=at - head.size)
    source, words = memoryview(data), []
    for row in range(V):
        size = int.from_bytes(source[at : at + 4], "little")
        if size > LONGEST_WORD or at + 4 + size > end:
            raise FormatError(path, f"word {row + 1} is cut short or has more than {LONGEST_WORD} bytes", offset=at)
        words.append(bytes(source[at + 4 : at + 4 + size]))
        at += 4 + size
    if kind != EXPLICIT and at != end:
        raise FormatError(path, f"{end - at} bytes follow the last word", AGAIN, offset=at)
    return words, None if kind == WORDS else numbers


def _with_ngrams(path, vectors: Vectors, rows: np.ndarray, minn: int, maxn: int, buckets: int) -> SubwordVectors:
    if len(rows) != buckets or not buckets or not 0 < maxn <= MAX_NGRAM:
        message = f"{len(rows)} rows for n-grams of {minn} to {maxn} characters, {buckets} are promised"
        raise FormatError(path, message, AGAIN)
    return SubwordVectors(vectors.vocab, vectors.matrix, rows, Ngrams(minn, maxn), None, vectors.metadata)


def _numbers(path, data: np.ndarray, at: int, end: int, shape: str, name: str) -> np.ndarray:
    """The float32 numbers of a chunk, a view of the file; `shape` has the struct codes of their axes."""
    head = struct.Struct(f"<{shape}I")
    if at + head.size > end:
        raise FormatError(path, f"the {name} are cut short", AGAIN, offset=at)
    *sizes, code = head.unpack_from(data, at)
    begin = at + head.size + _padding(at + head.size)
    needed = begin + 4 * sizes[0] * (sizes[1] if len(sizes) > 1 else 1)
    if code != FLOAT32 or 0 in sizes or needed != end:
        message = f"the {name}, {' x '.join(map(str, sizes))} numbers of type {code}, do not fill their chunk"
        raise FormatError(path, message, AGAIN, offset=at)
    return data[begin:end].view("<f4").reshape(sizes)


def _padding(position: int) -> int:
    return 4 - position % 4


def _metadata(path, data: np.ndarray, at: int, end: int) -> dict | None:
    """The metadata that embedkit wrote; None where they are of others."""
    if end - at > MAX_TOML:
        return None
    try:
        table = read_toml(data[at:end].tobytes().decode()).get("embedkit")
    except ValueError as error:
        raise FormatError(path, f"the metadata are no TOML: {error}", offset=at) from error
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        return None
    return unpack_metadata(table)


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    """Any word fits, so `on_bad_token` has nothing to do; words that are no UTF-8, finalfusion itself cannot read.
    N-grams of jamo, and such that are summed, are left out."""
    words, ids = exported(out.path, vectors, on_bad_token, any_word=True)
    V, D = len(words), vectors.width
    vocab, kind, buckets = struct.pack("<Q", V), WORDS, np.empty((0, D), np.float32)
    if isinstance(vectors, SubwordVectors) and not OTHER_NGRAMS.is_in(vectors):
        kind, buckets = FASTTEXT, vectors.buckets
        vocab += struct.pack("<3I", vectors.ngrams.minn, vectors.ngrams.maxn, len(buckets))
    vocab += b"".join(struct.pack("<I", len(word)) + word for word in words)
    facts = {key: value for key, value in vectors.metadata.items() if key not in ("kind", "imported_from")}
    chunks = [(kind, vocab)]
    if facts:
        chunks.insert(0, (METADATA, _toml(pack_metadata(facts))))
    kinds = [kind for kind, _ in chunks] + [ROWS, NORMS]
    out.write(b"FiFu" + struct.pack(f"<{2 + len(kinds)}I", 0, len(kinds), *kinds))
    for kind, payload in chunks:
        out.write(struct.pack("<IQ", kind, len(payload)) + payload)
    out.reserve(4 * (V + len(buckets)) * D + 4 * V + 100)
    _head(out, ROWS, struct.pack("<QI", V + len(buckets), D), 4 * (V + len(buckets)) * D)
    for first, (_, rows) in zip(range(0, V, max(1, BLOCK // D)), row_blocks(out.path, vectors, words, ids)):
        out.write(_unit(rows, vectors.norms[ids[first : first + len(rows)], None]).astype("<f4", copy=False))
    for part in pieces(buckets, max(1, BLOCK // D)):
        out.write(np.ascontiguousarray(part, "<f4"))
    _head(out, NORMS, struct.pack("<Q", V), 4 * V)
    out.write(vectors.norms[ids].astype("<f4"))


def _head(out: Output, kind: int, sizes: bytes, nbytes: int) -> None:
    """The header of a chunk."""
    padding = _padding(out.written + 12 + len(sizes) + 4)
    length = len(sizes) + 4 + padding + nbytes
    out.write(struct.pack("<IQ", kind, length) + sizes + struct.pack("<I", FLOAT32) + bytes(padding))


def _unit(rows: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """Rows of length 1, as float32, that stay finite when they are multiplied by `norms` again."""
    with np.errstate(over="ignore"):
        unit = rows / np.where(norms > 0, norms, 1)
        return np.where(np.isinf(unit * norms), np.nextafter(unit, np.float32(0)), unit)


def _toml(facts: dict[str, str]) -> bytes:
    """A table of strings."""
    lines = [f"{quoted(key)} = {quoted(value)}\n" for key, value in facts.items()]
    return ("[embedkit]\n" + "".join(lines)).encode(errors="replace")
