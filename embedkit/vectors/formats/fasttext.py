"""fastText `.bin`, versions 11 and 12, dense: words and their n-grams, of supervised models too; written as version 12.

A word's vector is the mean of its own row and the rows of its character n-grams, as `print-word-vectors` computes it.
Its row in the output matrix is its context vector, but for hierarchical softmax and supervised models.

    header      i32 magic, version
    arguments   i32 dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate, f64 t
    dictionary  i32 size, nwords, nlabels, i64 ntokens, pruneidx_size; entries: bytes NUL, i64 count, i8 type
    matrices    u8 quantized, i64 m, n, f32 [m, n]: input (nwords + bucket rows), then output
    — fastText, src/fasttext.cc, dictionary.cc, densematrix.cc
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from ...errors import AGAIN, EmbedkitError, FormatError
from ...io.output import Output
from ...io.spool import pieces
from ...text.vocab import LONGEST_WORD, Vocab, show
from ..ngrams import MAX_NGRAM, Ngrams, count_ngrams
from ..subwords import SubwordVectors, own_rows, pooled
from ..vectors import Vectors
from ._rows import BLOCK, check_finite, exported, imported, row_blocks
from .lost import DIGITS_WITH_NGRAMS, METADATA, SUMS

LOSES = frozenset({METADATA, DIGITS_WITH_NGRAMS, SUMS})
MAGIC = 793712314
MAX_WORK = 256  # numbers summed for each byte of the file: about 15 in models of 300 dimensions
CBOW, SKIPGRAM, SUPERVISED = 1, 2, 3
HIERARCHICAL, NEGATIVE_SAMPLING = 1, 2
HEADER = struct.Struct("<2i12id3i2q")
MATRIX = struct.Struct("<Bqq")


def sniff(head: bytes) -> bool:
    return head[:4] == struct.pack("<i", MAGIC)


class Parts(NamedTuple):
    """The parts of a file: words and labels with their counts, options, the input and output matrices, views of it, and
    where the latter ends."""

    words: list[bytes]
    counts: list[int]
    labels: list[bytes]
    label_counts: list[int]
    dim: int
    word_ngrams: int
    loss: int
    model: int
    bucket: int
    minn: int
    maxn: int
    inputs: np.ndarray
    outputs: np.ndarray
    end: int


def read_parts(path, data: np.ndarray) -> Parts:
    """The parts of the file in `data`. FormatError names the byte; quantized models are refused."""
    if len(data) < HEADER.size:
        raise _cut(path, len(data))
    magic, version, *fields = HEADER.unpack_from(data)
    if magic != MAGIC or version not in (11, 12):
        what = f"is of version {version}, 11 and 12 are read" if magic == MAGIC else "is not a fastText model"
        raise FormatError(path, what, "write the vectors with: fasttext print-word-vectors, or use the .vec file")
    dim, word_ngrams, loss, model, bucket, minn, maxn = fields[0], *fields[5:11]
    if version == 11 and model == SUPERVISED or minn > maxn:
        maxn = 0  # old supervised models were made without n-grams, whatever the field says
    size, nwords, nlabels, _, pruned = fields[13:]
    sizes = dim > 0 and nwords > 0 and nlabels >= 0 and size == nwords + nlabels and bucket >= 0
    if not sizes or maxn > MAX_NGRAM or word_ngrams > MAX_NGRAM or (maxn > 0 and not bucket):
        raise FormatError(path, "impossible numbers in the header: is the file damaged?", offset=8)
    if pruned >= 0:
        raise _quantized(path)
    entries, at = _entries(path, data, nwords, nlabels)
    matrix, at = _matrix(path, data, at, "input")
    if matrix.shape != (nwords + bucket, dim):
        message = f"the input matrix is {matrix.shape}, {(nwords + bucket, dim)} is promised"
        raise FormatError(path, message, "is the file damaged?", offset=at)
    output, end = _matrix(path, data, at, "output")
    if end < len(data):
        raise FormatError(path, f"{len(data) - end} bytes follow the end of the model", offset=end)
    words, counts = entries
    if maxn > 0 and (work := dim * count_ngrams(words[:nwords], Ngrams(minn, maxn))) > MAX_WORK * len(data):
        message = f"the n-grams of its words have {work} numbers, more than {MAX_WORK} for each byte of the file"
        raise FormatError(path, message, "a word is too long, or lengths of n-grams are damaged", offset=8)
    named = words[:nwords], counts[:nwords], words[nwords:], counts[nwords:]
    return Parts(*named, dim, word_ngrams, loss, model, bucket, minn, maxn, matrix, output, end)


def read(path, data: np.ndarray, *, dedupe: str = "error") -> Vectors:
    """`SubwordVectors` where the model has n-grams. FormatError names the byte; quantized models are refused.

    The rows of n-grams stay in the file until a word outside the vocabulary needs them.
    """
    parts = read_parts(path, data)
    nwords, maxn, output, end = len(parts.words), parts.maxn, parts.outputs, parts.end
    own, buckets, ngrams = parts.inputs[:nwords], parts.inputs[nwords:], Ngrams(parts.minn, maxn)
    vectors = pooled(parts.words, buckets, ngrams, own) if maxn > 0 else own.copy()
    vocab = Vocab.from_words(parts.words, parts.counts if max(parts.counts) > 1 else None)
    result = imported(path, vocab, vectors, "fasttext", "row", 1, dedupe)
    if maxn > 0:
        result = SubwordVectors(result.vocab, result.matrix, buckets, ngrams, metadata=result.metadata)
    # An output matrix of zeros is one that nobody has trained, or kept.
    has_output = data[end - output.nbytes : end][:BLOCK].any()
    of_words = parts.model != SUPERVISED and parts.loss != HIERARCHICAL and output.shape == result.matrix.shape
    result.contexts = output if has_output and of_words else None
    left = {"labels": len(parts.labels), "the output matrix": has_output and not of_words}
    result.unread = ", ".join(name for name, is_there in left.items() if is_there)
    return result


def _cut(path, size: int) -> FormatError:
    return FormatError(path, "cut short", AGAIN, offset=size)


def _quantized(path) -> FormatError:
    return FormatError(
        path,
        "a quantized fastText model: its vectors are only approximations, and are not read",
        "use the .bin it was made from",
    )


def _entries(path, data: np.ndarray, nwords: int, nlabels: int) -> tuple[tuple[list[bytes], list[int]], int]:
    """The words, then the labels, their counts, and where the dictionary ends."""
    at, words, counts = HEADER.size, [], []
    if (nwords + nlabels) * 10 > len(data) - at:
        raise FormatError(path, f"{nwords + nlabels} words are promised, {len(data) - at} bytes follow", offset=64)
    for number in range(nwords + nlabels):
        window = data[at : at + 64].tobytes()
        end = window.find(b"\0")
        if end < 0:
            window = data[at : at + LONGEST_WORD + 1].tobytes()
            end = window.find(b"\0")
        if end < 0 and at + LONGEST_WORD < len(data):
            raise FormatError(path, f"word {number + 1} has more than {LONGEST_WORD} bytes", offset=at)
        if end < 0 or at + end + 10 > len(data):
            raise _cut(path, len(data))
        word, at = window[:end], at + end + 1
        count, type = struct.unpack_from("<qb", data, at)
        if type != (number >= nwords) or count < 0 or not word:
            raise FormatError(path, f"entry {number + 1}, {show(word)}, is damaged", offset=at)
        at += 9
        words.append(word)
        counts.append(count)
    return (words, counts), at


def _matrix(path, data: np.ndarray, at: int, name: str) -> tuple[np.ndarray, int]:
    """The matrix at byte `at`, a view of the file, and where it ends."""
    if at + MATRIX.size > len(data):
        raise _cut(path, len(data))
    quantized, m, n = MATRIX.unpack_from(data, at)
    if quantized:
        raise _quantized(path)
    at += MATRIX.size
    # One axis may be 0; numpy refuses an impossible other one all the same.
    if m < 0 or n < 0 or m * n * 4 > len(data) - at or max(m, n) > len(data):
        message = f"the {name} matrix needs {m} x {n} numbers, {len(data) - at} bytes follow"
        raise FormatError(path, message, AGAIN, offset=at - 16)
    end = at + m * n * 4
    return data[at:end].view("<f4").reshape(m, n), end


def write(out: Output, vectors, *, on_bad_token: str = "error") -> None:
    """A model that answers like one that fastText trained; its output matrix are the context vectors, or zero.

    Where n-grams are summed, the model has means: each vector divided by a number. EmbedkitError for n-grams of jamo.
    """
    words, ids = exported(out.path, vectors, on_bad_token)
    V, D, counts = len(words), vectors.width, vectors.vocab.counts
    # gensim drops words that never occur.
    counts = np.ones(V, np.int64) if counts is None else np.maximum(counts[ids], 1)
    buckets, minn, maxn = np.empty((0, D), np.float32), 0, 0
    if isinstance(vectors, SubwordVectors):
        if not vectors.ngrams.is_fasttext:
            hint = "use the suffix .safetensors; as .vec, the known words alone can be kept"
            raise EmbedkitError(f"{out.path}: fastText has no n-grams of {vectors.ngrams.unit}", hint)
        minn, maxn = vectors.ngrams[:2]
        # gensim takes n-grams to be off where minn is more than maxn, and then refuses buckets.
        buckets, maxn = (vectors.buckets, maxn) if minn <= maxn else (buckets, 0)
    kind = CBOW if vectors.metadata.get("model") == "cbow" else SKIPGRAM
    settings = [D, 5, 5, 1, 5, 1, NEGATIVE_SAMPLING, kind, len(buckets), minn, maxn, 100]
    out.write(HEADER.pack(MAGIC, 12, *settings, 1e-4, V, V, 0, int(counts.sum()), -1))
    out.write(b"".join(b"%b\0%b" % (word, struct.pack("<qb", count, 0)) for word, count in zip(words, counts.tolist())))
    out.reserve(4 * D * (2 * V + len(buckets)))
    out.write(MATRIX.pack(0, V + len(buckets), D))
    for block, rows in row_blocks(out.path, vectors, words, ids):
        own = own_rows(block, rows, buckets, vectors.ngrams) if maxn else rows
        out.write(own.astype("<f4", copy=False))
    for part in pieces(buckets, max(1, BLOCK // D)):
        out.write(np.ascontiguousarray(part, "<f4"))
    out.write(MATRIX.pack(0, V, D))
    for start in range(0, V, step := max(1, BLOCK // D)):
        part = ids[start : start + step]
        rows = np.zeros((len(part), D), np.float32) if vectors.contexts is None else vectors.contexts[part]
        check_finite(out.path, rows, lambda row, start=start: words[start + row])
        out.write(np.ascontiguousarray(rows, "<f4"))
