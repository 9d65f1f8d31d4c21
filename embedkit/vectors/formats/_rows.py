"""Rules of every format for words and rows: no duplicates, finite numbers, words that the format can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from ...errors import EmbedkitError, FormatError
from ...text.vocab import LONGEST_WORD, SEPARATES, Vocab, show
from ..sparse import SparseVectors
from ..vectors import Vectors

BLOCK = 1 << 18  # numbers worked on at a time


def imported(path, vocab: Vocab, matrix: np.ndarray, source: str, place: str, first: int, dedupe: str) -> Vectors:
    """Vectors from a foreign file, once its words are unique and its numbers finite.

    Row 0 stands at `place` ("line", "row") number `first`; `source` is the name of the format.
    """
    words = vocab.all_bytes()
    for start in range(0, len(matrix), step := max(1, BLOCK // matrix.shape[1])):
        finite = np.isfinite(matrix[start : start + step]).all(axis=1)
        if not finite.all():
            row = start + int(np.argmin(finite))
            message = f"{place} {first + row}: the vector of {show(words[row])} holds a NaN or an infinite number"
            raise FormatError(path, message, "train again or remove that row")
    if len(set(words)) < len(words):
        seen: dict[bytes, int] = {}
        for row, word in enumerate(words):
            if seen.setdefault(word, row) != row and dedupe == "error":
                places = f"{place}s {first + seen[word]} and {first + row}"
                raise FormatError(path, f"the word {show(word)} comes twice, {places}", _DUPLICATES)
        vocab, matrix = _kept(vocab, words, matrix, np.fromiter(seen.values(), np.int64, len(seen)))
    return Vectors(vocab, matrix, metadata={"imported_from": source})


_DUPLICATES = "keep the first of each with: embedkit convert --dedupe first"


def _kept(vocab: Vocab, words: list[bytes], matrix: np.ndarray, keep: np.ndarray) -> tuple[Vocab, np.ndarray]:
    """The rows `keep` (ascending); the matrix is compacted in place, because a copy might not fit, or is copied."""
    matrix = matrix if matrix.flags.writeable else matrix.copy()
    for start in range(0, len(keep), step := max(1, BLOCK // matrix.shape[1])):
        rows = keep[start : start + step]
        matrix[start : start + len(rows)] = matrix[rows]
    counts = None if vocab.counts is None else vocab.counts[keep]
    return Vocab.from_words([words[row] for row in keep], counts), matrix[: len(keep)]


def exported(path, vectors, on_bad_token: str, any_word: bool = False) -> tuple[list[bytes], np.ndarray]:
    """The words to write and the ids of their rows; EmbedkitError where "error" is given and a word does not fit.

    "escape" writes the bytes that do not fit, and in the same word every %, as %XX, and an empty word as `%empty%`;
    "skip" leaves such words out. `any_word`: the format marks where words end, so that only too long ones do not fit.
    """
    if isinstance(vectors, SparseVectors):
        size = len(vectors) * vectors.width * 4 / 1e9
        raise EmbedkitError(
            f"{path}: sparse vectors can be kept in the native format only (dense, they would take {size:.2g} GB)",
            "use the suffix .safetensors, or make dense vectors with: embedkit train svd",
        )
    if not len(vectors):
        raise EmbedkitError(f"{path}: there are no vectors to write")
    words, ids = vectors.vocab.all_bytes(), np.arange(len(vectors))
    bad = [
        id
        for id, word in enumerate(words)
        if len(word) > LONGEST_WORD or not any_word and SEPARATES.search(word or b" ")
    ]
    if bad and on_bad_token == "error":
        raise EmbedkitError(
            f"{path}: this format cannot hold the word {show(words[bad[0]])} ({len(bad)} such words)",
            "write .safetensors, or choose --on-bad-token escape or skip",
        )
    if bad and on_bad_token == "skip":
        ids = np.delete(ids, bad)
        if not len(ids):
            raise EmbedkitError(f"{path}: there are no vectors to write: no word fits")
        return [words[id] for id in ids], ids
    for id in bad:
        words[id] = _escaped(words[id])
    if bad and (len(set(words)) < len(words) or max(map(len, words)) > LONGEST_WORD):
        raise EmbedkitError(f"{path}: escaped, a word would be like another one or too long", "choose skip")
    return words, ids


def _escaped(word: bytes) -> bytes:
    return re.sub(rb"[\0\t-\r %]", lambda byte: b"%%%02X" % ord(byte[0]), word) or b"%empty%"


def row_blocks(path, vectors: Vectors, words: list[bytes], ids: np.ndarray) -> Iterator[tuple[list[bytes], np.ndarray]]:
    """(words, (n, D) float32 rows) by turns; EmbedkitError where a number is not finite."""
    for start in range(0, len(ids), step := max(1, BLOCK // vectors.width)):
        block = words[start : start + step]
        rows = vectors.rows(ids[start : start + step])
        check_finite(path, rows, lambda row, block=block: block[row])
        yield block, rows


def check_finite(path, rows: np.ndarray, word: Callable[[int], bytes]) -> None:
    """EmbedkitError naming the word of the first row that holds NaN or an infinite number."""
    finite = np.isfinite(rows).all(axis=tuple(range(1, rows.ndim)))
    if not finite.all():
        name = show(word(int(np.argmin(finite))))
        raise EmbedkitError(f"{path}: not written: the vector of {name} holds a NaN or an infinite number")
