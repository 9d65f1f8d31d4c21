"""The database files of WordNet (WNDB): index.POS, data.POS and POS.exc, mapped, with lookups by bisection.

wndb(5WN), wninput(5WN) and morphy(7WN) of WordNet 3.0 describe them. Nothing is read before it is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import EmbedkitError, FormatError
from ...io.files import map_bytes

ERRORS = "surrogateescape"

POS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}  # parts of speech, in the order in which senses are listed
FEW = 256  # lookups by bisection, before an index of the whole file takes less time
INSTALL = "Debian's wordnet-base is one (apt install wordnet-base); another is named with --wordnet DIR or wordnet:DIR"
MARKER = re.compile(r"\((?:a|p|ip)\)$")  # where an adjective may stand
PARENT = re.compile(rb" @i? ([0-9]{8}) ")
CHILD = re.compile(rb" ~i? ([0-9]{8}) ")


class Pointer(NamedTuple):
    """A relation of a synset to another; `source` and `target` are numbers of words from 1 on, 0 for whole synsets."""

    symbol: str
    pos: str
    offset: int
    source: int
    target: int


class Record(NamedTuple):
    """A synset as its line has it: `type` is n, v, a, s (satellite) or r, `words` as written, without markers."""

    type: str
    words: list[str]
    pointers: list[Pointer]
    gloss: str


class SortedLines:
    """A text file whose lines are sorted by the bytes of their first word."""

    def __init__(self, path: str):
        self.path, self._data, self._lookups, self._index = path, map_bytes(path), 0, None

    def find(self, word: bytes) -> bytes:
        """The line that begins with `word`; empty if none does. After a FEW, lookups are those of an index."""
        if self._index is None:
            self._lookups += 1
            if self._lookups <= FEW:
                return self._bisect(word)
            self._index = {line.partition(b" ")[0]: line for line in self.lines()}
        return self._index.get(word, b"")

    def lines(self) -> Iterator[bytes]:
        """All lines but those of the licence at the top, which begin with two spaces."""
        return (line for line in self._data[:].split(b"\n") if line and not line.startswith(b"  "))

    def _bisect(self, word: bytes) -> bytes:
        data, low, high = self._data, 0, len(self._data)
        while low < high:
            start = data.rfind(b"\n", 0, (low + high) // 2) + 1
            end = data.find(b"\n", start)
            line = data[start : len(data) if end < 0 else end]
            first = line.partition(b" ")[0]
            if first == word:
                return bytes(line)
            if first < word:
                low = start + len(line) + 1
            else:
                high = start
        return b""


class Wndb:
    """The files of one WordNet. EmbedkitError where `folder` has none."""

    def __init__(self, folder: str):
        self.folder, self._files = folder, {}
        if not os.path.isfile(os.path.join(folder, "data.noun")):
            what = "has no files of WordNet (index.noun, data.noun, …)" if os.path.isdir(folder) else "no such folder"
            raise EmbedkitError(f"{folder}: {what}", INSTALL)

    def offsets(self, lemma: str, pos: str) -> list[int]:
        """Offsets of the synsets of a lemma, the most frequent sense first; none for what is no lemma."""
        line = self._sorted("index", pos).find(lemma.encode("utf-8", ERRORS))
        if not line:
            return []
        fields = line.split()
        try:
            return [int(offset) for offset in fields[6 + int(fields[3]) :]]
        except (ValueError, IndexError) as error:
            raise FormatError(self._path("index", pos), f"no entry of a lemma: {line[:60]!r}") from error

    def exceptions(self, word: str, pos: str) -> list[str]:
        """Base forms of an irregular form, as in `geese goose`."""
        return self._sorted("exc", pos).find(word.encode("utf-8", ERRORS)).decode("utf-8", ERRORS).split()[1:]

    def lemmas(self, pos: str) -> Iterator[str]:
        """All lemmas of a part of speech."""
        for line in self._sorted("index", pos).lines():
            yield line.partition(b" ")[0].decode("utf-8", ERRORS)

    def parents(self, pos: str, offset: int) -> list[int]:
        """Offsets of the hypernyms of a synset, instances of something among them."""
        return [int(found) for found in PARENT.findall(self._line(pos, offset).partition(b"|")[0])]

    def children(self, pos: str, offset: int) -> list[int]:
        """Offsets of the hyponyms of a synset, and of its instances."""
        return [int(found) for found in CHILD.findall(self._line(pos, offset).partition(b"|")[0])]

    def synsets(self, pos: str) -> Iterator[int]:
        """Offsets of all synsets of a part of speech."""
        at = 0
        for line in self._data(pos)[:].split(b"\n"):
            if line and not line.startswith(b"  "):
                yield at
            at += len(line) + 1

    def record(self, pos: str, offset: int) -> Record:
        """The synset at `offset`; FormatError where there is none."""
        head, _, gloss = self._line(pos, offset).decode("utf-8", ERRORS).partition("|")
        fields = head.split()
        try:
            last = 4 + 2 * int(fields[3], 16)
            words = [MARKER.sub("", word) for word in fields[4:last:2]]
            pointers = [_pointer(*fields[at : at + 4]) for at in range(last + 1, last + 1 + 4 * int(fields[last]), 4)]
            if not words or any(pointer.source > len(words) or pointer.pos not in "nvasr" for pointer in pointers):
                raise ValueError("pointers to what there is not")
        except (ValueError, IndexError, TypeError) as error:
            raise self._no_synset(pos, offset) from error
        return Record(fields[2], words, pointers, gloss.strip())

    def _line(self, pos: str, offset: int) -> bytes:
        data = self._data(pos)
        if not 0 <= offset < len(data) or data[offset : offset + 9] != b"%08d " % offset:
            raise self._no_synset(pos, offset)
        end = data.find(b"\n", offset)
        return data[offset : len(data) if end < 0 else end]

    def _no_synset(self, pos: str, offset: int) -> FormatError:
        return FormatError(
            self._path("data", pos), "no synset here", "index and data are of one release", offset=offset
        )

    def _path(self, kind: str, pos: str) -> str:
        return os.path.join(self.folder, f"{POS[pos]}.exc" if kind == "exc" else f"{kind}.{POS[pos]}")

    def _data(self, pos: str):
        path = self._path("data", pos)
        if path not in self._files:
            self._files[path] = map_bytes(path)
        return self._files[path]

    def _sorted(self, kind: str, pos: str) -> SortedLines:
        path = self._path(kind, pos)
        if path not in self._files:
            self._files[path] = SortedLines(path)
        return self._files[path]


def _pointer(symbol: str, offset: str, pos: str, words: str) -> Pointer:
    return Pointer(symbol, pos, int(offset), int(words[:2], 16), int(words[2:], 16))
