"""fastText `.bin`, version 12, read only: the vectors of the words in its vocabulary.

A word's vector is the mean of its own row and the rows of its character n-grams, as `print-word-vectors` computes it.

    header      i32 magic, version
    arguments   i32 dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate, f64 t
    dictionary  i32 size, nwords, nlabels, i64 ntokens, pruneidx_size; entries: bytes NUL, i64 count, i8 type
    matrices    u8 quantized, i64 m, n, f32 [m, n]: input, then output
    — fastText, src/fasttext.cc, dictionary.cc, densematrix.cc
"""

from __future__ import annotations

import struct

import numpy as np

from ...errors import FormatError
from ...text.vocab import Vocab
from ..vectors import Vectors
from ._rows import MAX_WORD, imported, show

LOSES = "subwords (words outside the vocabulary have no vector any more), labels, the output matrix"
MAGIC = 793712314
HASHED = 1 << 17  # bytes of words whose n-grams are hashed at a time
MAX_NGRAM = 32  # characters; fastText's default is 6
GATHER = 1 << 21  # numbers of the input matrix summed at a time
_HEADER = struct.Struct("<2i12id3i2q")


def sniff(head: bytes, size: int) -> bool:
    return head[:4] == struct.pack("<i", MAGIC)


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """Raises FormatError naming the byte; quantized models (`.ftz`) are refused."""
    if len(data) < _HEADER.size:
        raise _cut(path, len(data))
    magic, version, *fields = _HEADER.unpack_from(data)
    if magic != MAGIC or version != 12:
        what = f"is of version {version}, only 12 is read" if magic == MAGIC else "is not a fastText model"
        raise FormatError(path, what, "write the vectors with: fasttext print-word-vectors, or use the .vec file")
    dim, bucket, minn, maxn = fields[0], fields[8], fields[9], fields[10]
    size, nwords, nlabels, _, pruned = fields[13:]
    sizes = dim > 0 and nwords > 0 and nlabels >= 0 and size == nwords + nlabels and bucket >= 0
    if not sizes or maxn > MAX_NGRAM or (maxn > 0 and not bucket):
        raise FormatError(path, "impossible numbers in the header: is the file damaged?", offset=8)
    if pruned >= 0:
        raise _quantized(path)
    words, counts, at = _entries(path, data, nwords, nlabels)
    matrix, at = _matrix(path, data, at, "input")
    if matrix.shape != (nwords + bucket, dim):
        message = f"the input matrix is {matrix.shape}, {(nwords + bucket, dim)} is promised"
        raise FormatError(path, message, "is the file damaged?", offset=at)
    _, end = _matrix(path, data, at, "output")
    if end < len(data):
        raise FormatError(path, f"{len(data) - end} bytes follow the end of the model", offset=end)
    vectors = np.empty((nwords, dim), np.float32)
    vocab, start = Vocab.from_words(words, counts), 0
    while start < nwords:
        stop = max(start + 1, int(np.searchsorted(vocab.offsets, vocab.offsets[start] + HASHED, "right")) - 1)
        rows, edges = _rows(words[start:stop], start, nwords, bucket, minn, maxn)
        _average(matrix, rows, edges, vectors[start:stop])
        start = stop
    return imported(path, vocab, vectors, "fasttext", "row", 1, dedupe)


def _cut(path, size: int) -> FormatError:
    return FormatError(path, "cut short", "fetch or make the file again", offset=size)


def _quantized(path) -> FormatError:
    return FormatError(
        path,
        "a quantized fastText model: its vectors are only approximations, and are not read",
        "use the .bin it was made from",
    )


def _entries(path, data: np.ndarray, nwords: int, nlabels: int) -> tuple[list[bytes], list[int], int]:
    """The words, their counts, and where the dictionary ends; labels are checked and left out."""
    at, words, counts = _HEADER.size, [], []
    if (nwords + nlabels) * 10 > len(data) - at:
        raise FormatError(path, f"{nwords + nlabels} words are promised, {len(data) - at} bytes follow", offset=64)
    for number in range(nwords + nlabels):
        window = data[at : at + 64].tobytes()
        end = window.find(b"\0")
        if end < 0:
            window = data[at : at + MAX_WORD + 1].tobytes()
            end = window.find(b"\0")
        if end < 0 and at + MAX_WORD < len(data):
            raise FormatError(path, f"word {number + 1} has more than {MAX_WORD} bytes", offset=at)
        if end < 0 or at + end + 10 > len(data):
            raise _cut(path, len(data))
        word, at = window[:end], at + end + 1
        count, type = struct.unpack_from("<qb", data, at)
        if type != (number >= nwords) or count < 0 or not word:
            raise FormatError(path, f"entry {number + 1}, {show(word)}, is damaged", offset=at)
        at += 9
        if number < nwords:
            words.append(word)
            counts.append(count)
    return words, counts, at


def _matrix(path, data: np.ndarray, at: int, name: str) -> tuple[np.ndarray, int]:
    """The matrix at byte `at`, a view of the file, and where it ends."""
    if at + 17 > len(data):
        raise _cut(path, len(data))
    quantized, m, n = struct.unpack_from("<Bqq", data, at)
    if quantized:
        raise _quantized(path)
    at += 17
    if m < 0 or n < 0 or m * n * 4 > len(data) - at:
        message = f"the {name} matrix needs {m} x {n} numbers, {len(data) - at} bytes follow"
        raise FormatError(path, message, "fetch or make the file again", offset=at - 16)
    end = at + m * n * 4
    return data[at:end].view("<f4").reshape(m, n), end


def _rows(words: list[bytes], start: int, nwords: int, bucket: int, minn: int, maxn: int):
    """Rows of the input matrix that make up each of `words` (word `start` and on), and where each word's begin."""
    whose, hashes = ngrams(words, minn, maxn)
    owner = np.concatenate([np.arange(len(words)), whose])
    rows = np.concatenate([np.arange(start, start + len(words)), nwords + hashes % max(1, bucket)])
    order = np.argsort(owner, kind="stable")
    return rows[order], np.searchsorted(owner[order], np.arange(len(words) + 1))


def _average(matrix: np.ndarray, rows: np.ndarray, edges: np.ndarray, out: np.ndarray) -> None:
    """out[i] = the mean of matrix[rows[edges[i] : edges[i + 1]]]."""
    first = 0
    while first < len(out):
        fits = int(np.searchsorted(edges, edges[first] + GATHER // matrix.shape[1], "right")) - 1
        last = max(first + 1, fits)
        block = matrix[rows[edges[first] : edges[last]]]
        with np.errstate(over="ignore", invalid="ignore"):  # infinite and NaN rows are named later
            sums = np.add.reduceat(block, edges[first:last] - edges[first], axis=0, dtype=np.float64)
            out[first:last] = sums / np.diff(edges[first : last + 1])[:, None]
        first = last


def ngrams(words: list[bytes], minn: int, maxn: int) -> tuple[np.ndarray, np.ndarray]:
    """Character n-grams of <word>: (n,) index of the word, (n,) int64 hash, 32-bit FNV-1a.

    Characters are UTF-8 sequences; a single "<" or ">" is no n-gram, and `</s>` has none. As in the original, bytes
    enter the hash as signed numbers.
    """
    texts = [b"" if word == b"</s>" else b"<%b>" % word for word in words]
    data = np.frombuffer(b"".join(texts), np.int8)
    ends = np.cumsum([len(text) for text in texts])
    chars = np.flatnonzero((data & -64) != -128)  # not a continuation byte
    owner = np.searchsorted(ends, chars, "right")
    # Where each character starts, with the ends of all texts as sentinels.
    limit = np.searchsorted(chars, ends)
    whose, hashes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for n in range(max(1, minn), maxn + 1):
        begin = np.flatnonzero(np.arange(len(chars)) + n <= limit[owner])
        after = begin + n
        last = after == limit[owner[begin]]
        if n == 1:
            first = np.diff(owner, prepend=-1)[begin] != 0
            begin, after, last = (part[~(first | last)] for part in (begin, after, last))
        stop = np.where(last, ends[owner[begin]], chars[np.minimum(after, len(chars) - 1)])
        whose.append(owner[begin])
        hashes.append(_fnv(data, chars[begin], stop))
    return np.concatenate(whose), np.concatenate(hashes)


def _fnv(data: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    hashes = np.full(len(begin), 2166136261, np.uint32)
    at, live = begin.copy(), np.arange(len(begin))
    while len(live := live[at[live] < end[live]]):
        hashes[live] = (hashes[live] ^ data[at[live]].astype(np.int32).view(np.uint32)) * np.uint32(16777619)
        at[live] += 1
    return hashes.astype(np.int64)
