"""Character n-grams of words, and their hashes, as in fastText; of Hangul, n-grams of jamo as well.

Bojanowski et al. (2017), "Enriching word vectors with subword information"; hash: fastText, src/dictionary.cc. Jamo:
Park et al. (2018), "Subword-level word vector representations for Korean".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MAX_NGRAM = 32  # symbols; fastText's default is 6
UNITS = ("char", "jamo")
POOLINGS = ("mean", "sum")
OFFSET, PRIME = 2166136261, np.uint32(16777619)  # FNV-1a, 32 bits
FIRST, LAST = 0xAC00, 0xD7A3  # Hangul syllables, 19 * 21 * 28 of them
LEADING, VOWELS, FINALS = 0x1100, 0x1161, 0x11A7  # where the jamo of each place begin; final 0 is none
NO_FINAL = 0xFDD0  # a noncharacter of Unicode: no text has it (Park et al. write the letter e)


class Ngrams(NamedTuple):
    """The n-grams that words are made of, and how a word's vector is made of their rows.

    minn, maxn : lengths, in symbols of <word>; maxn 0 is none
    unit : "char"; or "jamo": a Hangul syllable is three symbols, leading consonant, vowel and final consonant, which
        may be empty; any other character is one
    pooling : the vector of a word is the "mean" or the "sum" of its rows
    """

    minn: int
    maxn: int
    unit: str = "char"
    pooling: str = "mean"

    @property
    def is_fasttext(self) -> bool:
        """True if fastText has the same n-grams."""
        return self.unit == "char"


def count_ngrams(words: list[bytes], ngrams: Ngrams) -> int:
    """The most n-grams that `words` may have: as many as if every byte were a symbol."""
    sizes = np.array([*map(len, words)]) + 2
    return sum(int(np.maximum(sizes - n + 1, 0).sum()) for n in range(max(1, ngrams.minn), ngrams.maxn + 1))


def hashes(words: list[bytes], ngrams: Ngrams) -> tuple[np.ndarray, np.ndarray]:
    """N-grams of each <word>: (n,) int32 index of the word, (n,) uint32 hash, FNV-1a.

    Characters are UTF-8 sequences; a single "<" or ">" is no n-gram, and `</s>` has none. As in the original, bytes
    enter the hash as signed numbers.
    """
    texts = [b"" if word == b"</s>" else b"<%b>" % word for word in words]
    data = np.frombuffer(b"".join(texts), np.uint8)
    ends = np.cumsum([len(text) for text in texts])
    if ngrams.unit == "jamo":
        data, ends = decompose(data, ends)
    return _hashes(data.view(np.int8), ends, ngrams.minn, ngrams.maxn)


def decompose(utf8: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hangul syllables as three jamo each, all else as it is.

    utf8 : (B,) uint8, texts one after another; ends : (n,) int64, where each ends. Both are returned anew.
    """
    lead = np.flatnonzero((utf8[:-2] >= 0xEA) & (utf8[:-2] <= 0xED)) if len(utf8) > 2 else np.empty(0, np.int64)
    parts = utf8[lead[:, None] + np.arange(3)].astype(np.int64)
    codes = (parts[:, 0] & 15) << 12 | (parts[:, 1] & 63) << 6 | parts[:, 2] & 63
    is_whole = (parts[:, 1:] >> 6 == 2).all(axis=1)
    found = is_whole & (codes >= FIRST) & (codes <= LAST)
    at, syllables = lead[found], codes[found] - FIRST
    final = syllables % 28
    jamo = LEADING + syllables // 588, VOWELS + syllables % 588 // 28, np.where(final, FINALS + final, NO_FINAL)
    # A syllable has three bytes, its jamo nine: all that follows moves by six.
    shift = np.zeros(len(utf8) + 1, np.int64)
    shift[at + 3] = 6
    shift = np.cumsum(shift)
    result = np.zeros(len(utf8) + 6 * len(at), np.uint8)
    result[np.arange(len(utf8)) + shift[:-1]] = utf8
    first = at + shift[at]
    for place, code in enumerate(jamo):
        for byte, value in enumerate((0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63)):
            result[first + 3 * place + byte] = value
    return result, ends + shift[ends]


def _hashes(data: np.ndarray, ends: np.ndarray, minn: int, maxn: int) -> tuple[np.ndarray, np.ndarray]:
    """As `hashes`, of the texts in `data` (B,) int8, which end at `ends`."""
    chars = np.flatnonzero((data & -64) != -128)  # not a continuation byte
    owner = np.searchsorted(ends, chars, "right").astype(np.int32)
    # Where each character starts, with the ends of all texts as sentinels.
    limit = np.searchsorted(chars, ends)
    whose, found = [np.empty(0, np.int32)], [np.empty(0, np.uint32)]
    begin, at, hashed = np.arange(len(chars)), chars, np.full(len(chars), OFFSET, np.uint32)
    for n in range(1, maxn + 1):  # each is the one before and a character more
        fits = begin + n <= limit[owner[begin]]
        begin, at, hashed = begin[fits], at[fits], hashed[fits]
        last = begin + n == limit[owner[begin]]
        stop = np.where(last, ends[owner[begin]], chars[np.minimum(begin + n, len(chars) - 1)])
        hashed, at = _fnv(hashed, data, at, stop), stop
        if n >= minn:
            wanted = ~last & (np.diff(owner, prepend=-1)[begin] == 0) if n == 1 else slice(None)
            whose.append(owner[begin[wanted]])
            found.append(hashed[wanted])
    return np.concatenate(whose), np.concatenate(found)


def _fnv(hashes: np.ndarray, data: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """`hashes` gone on with data[begin:end]."""
    hashes, at, live = hashes.copy(), begin.copy(), np.arange(len(begin))
    while len(live := live[at[live] < end[live]]):
        hashes[live] = (hashes[live] ^ data[at[live]].astype(np.int32).view(np.uint32)) * PRIME
        at[live] += 1
    return hashes
