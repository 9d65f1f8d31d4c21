"""The vocabulary: words as UTF-8 bytes, most frequent first; the line number is the id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

# Words of foreign files may be cut inside a character: those bytes survive as surrogates and come out unchanged.
ERRORS = "surrogateescape"
LONGEST_WORD = 1 << 16  # bytes
# What separates words for some reader of text; a NUL would end the word in tools written in C.
SEPARATES = re.compile(rb"[\0\t-\r ]")
# A vocabulary may be larger than memory: words and bytes that are looked at in one go.
STEP, PIECE = 1 << 14, 1 << 24


def show(word: bytes) -> str:
    """`word` for a message: quoted, on one line, not longer than people read."""
    text = word[:60].decode("utf-8", ERRORS)
    return repr(text + "…" if len(word) > 60 else text)


class Vocab:
    """V words and their counts.

    Parameters
    ----------
    offsets : (V + 1,) int64, the span of word i in `utf8` is offsets[i]:offsets[i + 1]
    utf8 : (B,) uint8, all words one after another
    counts : (V,) int64 occurrences in the corpus, or None where nobody knows them

    The arrays may be memory maps: nothing is decoded until a word is asked for.
    """

    def __init__(self, offsets: np.ndarray, utf8: np.ndarray, counts: np.ndarray | None = None):
        self.offsets, self.utf8, self.counts = offsets, utf8, counts
        self._index: dict[str, int] | None = None
        self._words: list[str] = []
        self._lookups = 0

    @classmethod
    def from_words(cls, words: Iterable[str | bytes], counts: Sequence[int] | np.ndarray | None = None) -> Vocab:
        """From words in id order (str, or bytes as they stand in a file)."""
        encoded = [word if isinstance(word, bytes) else word.encode("utf-8", ERRORS) for word in words]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(word) for word in encoded], out=offsets[1:])
        utf8 = np.frombuffer(b"".join(encoded), np.uint8)
        return cls(offsets, utf8, None if counts is None else np.asarray(counts, np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def bytes(self, id: int) -> bytes:
        """Word `id` as it stands in the file."""
        return self.utf8[self.offsets[id] : self.offsets[id + 1]].tobytes()

    def all_bytes(self) -> list[bytes]:
        """All words as they stand in the file."""
        utf8, ends = self.utf8.tobytes(), self.offsets.tolist()
        return [utf8[begin:end] for begin, end in zip(ends, ends[1:])]

    def __getitem__(self, id: int) -> str:
        return self._words[id] if self._words else self.bytes(id).decode("utf-8", ERRORS)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.words(start, start + STEP) for start in range(0, len(self), STEP))

    def words(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Words start..stop, decoded in one go."""
        span = self.offsets[start : len(self) + 1 if stop is None else min(stop, len(self)) + 1]
        blob = self.utf8[span[0] : span[-1]].tobytes()
        ends = (span - span[0]).tolist()
        return [blob[a:b].decode("utf-8", ERRORS) for a, b in zip(ends[:-1], ends[1:])]

    def id(self, word: str) -> int | None:
        """The id of `word`, or None. A few look-ups search the bytes; more build an index."""
        if self._index is None and self._lookups < 8:
            self._lookups += 1
            return self._search(word.encode("utf-8", ERRORS))
        if self._index is None:
            # Ids from last to first: where a file holds a word twice, its first row answers.
            self._words = self.words()
            self._index = dict(zip(reversed(self._words), range(len(self) - 1, -1, -1)))
        return self._index.get(word)

    def _search(self, word: bytes) -> int | None:
        if not word:
            empty = np.flatnonzero(np.diff(self.offsets) == 0)
            return int(empty[0]) if len(empty) else None
        for start in range(0, len(self.utf8), PIECE):
            blob, at = self.utf8[start : start + PIECE + len(word) - 1].tobytes(), -1
            while (at := blob.find(word, at + 1)) >= 0:
                id = int(np.searchsorted(self.offsets, start + at, "right")) - 1
                if self.offsets[id] == start + at and self.offsets[id + 1] == start + at + len(word):
                    return id
        return None

    def __contains__(self, word: str) -> bool:
        return self.id(word) is not None

    def head(self, size: int) -> Vocab:
        """The `size` most frequent words; shares memory with this vocabulary."""
        if size >= len(self):
            return self
        counts = None if self.counts is None else self.counts[:size]
        return Vocab(self.offsets[: size + 1], self.utf8[: self.offsets[size]], counts)

    def join(self, other: Vocab) -> Vocab:
        """These words, then those of `other`; counts are kept where both are known."""
        offsets = np.concatenate([self.offsets - self.offsets[0], other.offsets[1:] - other.offsets[0] + self._size])
        texts = (vocab.utf8[vocab.offsets[0] : vocab.offsets[-1]] for vocab in (self, other))
        known = self.counts is not None and other.counts is not None
        return Vocab(
            offsets, np.concatenate(list(texts)), np.concatenate([self.counts, other.counts]) if known else None
        )

    @property
    def _size(self) -> int:
        """Bytes of all words."""
        return int(self.offsets[-1] - self.offsets[0])

    def take(self, ids: np.ndarray | slice) -> Vocab:
        """The words `ids`, in that order."""
        if isinstance(ids, slice):
            ids = np.arange(*ids.indices(len(self)))
        offsets = np.zeros(len(ids) + 1, np.int64)
        np.cumsum(self.offsets[1:][ids] - self.offsets[:-1][ids], out=offsets[1:])
        utf8 = np.empty(offsets[-1], np.uint8)
        for start in range(0, len(ids), STEP):
            span = offsets[start : start + STEP + 1]
            shifts = self.offsets[ids[start : start + STEP]] - span[:-1]
            utf8[span[0] : span[-1]] = self.utf8[np.repeat(shifts, np.diff(span)) + np.arange(span[0], span[-1])]
        return Vocab(offsets, utf8, None if self.counts is None else self.counts[ids])

    def spellings(self, word: str, n: int = 3) -> list[str]:
        """Up to `n` words spelt most like `word`: same letters, other case, a typing slip."""
        from difflib import get_close_matches

        near = [w for w in self.words() if abs(len(w) - len(word)) <= 2]
        folded = word.casefold()
        same = [w for w in near if w.casefold() == folded and w != word]
        # Comparing against every word takes seconds in a large vocabulary; most slips keep the first letter.
        pool = near if len(near) <= 5000 else [w for w in near if w[:1].casefold() == folded[:1]]
        return list(dict.fromkeys(same + get_close_matches(word, pool[:20000], n, 0.75)))[:n]
