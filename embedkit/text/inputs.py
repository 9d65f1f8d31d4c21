"""Input files of a command, and their bytes in blocks that end between two words."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, FormatError
from ..io import files
from ..io.container import is_native
from ..io.encoding import UTF8, canonical, open_text
from ..io.lines import Lines
from ..io.spool import release
from .vocab import LONGEST_WORD

BLOCK = 4 << 20
MARK = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """`text` (uint8) starts at byte `base` of all inputs together."""

    base: int
    text: np.ndarray


def need_text(names: tuple[str, ...] | list[str]) -> None:
    """Refuse files that embedkit has made, which hold no text."""
    for name in names:
        if is_native(name):
            raise EmbedkitError(f"{name}: is a file that embedkit has made, not text", f"embedkit info {name}")


def expand(names: tuple[str, ...] | list[str]) -> list[str]:
    """Files in the order given: a folder stands for the files below it, a pattern for its matches, both sorted."""
    found = []
    for name in names:
        if name == "-" or isinstance(name, Lines) or os.path.isfile(name):
            found.append(name)
        elif os.path.isdir(name):
            inside = _below(name)
            if not inside:
                raise EmbedkitError(
                    f"{name}: a folder without files", "name the text files, or a pattern like 'dir/*.txt'"
                )
            found += inside
        else:
            matches = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []
            found += [match for match in matches if os.path.isfile(match)] or [name]
    if found.count("-") > 1:
        raise EmbedkitError("only one of the files can be -, stdin")
    return found


def _below(folder: str) -> list[str]:
    """The files below a folder, sorted; hidden ones and those in hidden folders are left out."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(place, name) for name in names if not name.startswith(".")]
    return sorted(found)


class Reader:
    """The bytes of several files as one text in UTF-8: a file that does not end its last line gets a newline.

    `fingerprint` is the sha256 of that text once all blocks are drawn; `locate` tells where a byte comes from.
    """

    def __init__(self, paths: list[str], encoding: str = UTF8, errors: str = "strict"):
        self.paths, self._bases, self._sha = paths, [], hashlib.sha256()
        self._encoding, self._errors = canonical(encoding), errors

    @property
    def fingerprint(self) -> str:
        return self._sha.hexdigest()

    def locate(self, offset: int) -> tuple[str, int | None]:
        """(path, offset in its decompressed text) of byte `offset` of the whole; None where it has been recoded."""
        which = max(i for i, base in enumerate(self._bases) if base <= offset)
        return self.paths[which], offset - self._bases[which] if self._encoding == UTF8 else None

    def blocks(self) -> Iterator[Block]:
        """Blocks of about 4 MB, each cut after a newline, or in a long line after a space or tab; a byte order mark at
        the start of a file is left out."""
        base = 0
        for path in self.paths:
            self._bases.append(base)
            for piece in self._pieces(path):
                self._sha.update(piece)
                mark = len(MARK) if base == self._bases[-1] and piece[: len(MARK)] == MARK else 0
                yield Block(base + mark, np.frombuffer(piece, np.uint8)[mark:])
                base += len(piece)

    def _pieces(self, path: str) -> Iterator[bytes | memoryview]:
        """The bytes of a file in pieces that end after a space, tab or newline, the last one after a newline."""
        piece, is_mapped = b"\n", self._encoding == UTF8 and files.is_plain(path)
        for piece in _mapped_pieces(path) if is_mapped else _read_pieces(path, self._encoding, self._errors):
            yield piece
        if piece[-1:] != b"\n":
            yield b"\n"


def _mapped_pieces(path: str) -> Iterator[bytes | memoryview]:
    mapped, start = files.map_input(path), 0
    text = memoryview(mapped)
    while start < len(text):
        if start // BLOCK % 8 == 7:
            release(mapped)  # what has been read need not stay in memory
        end = min(start + BLOCK, len(text))
        if end < len(text):
            cut = _last_space(bytes(text[max(start, end - LONGEST_WORD) : end]))
            if not cut:
                raise too_long(path, max(start, end - LONGEST_WORD))
            end = max(start, end - LONGEST_WORD) + cut
        piece, start = text[start:end], end
        yield piece if bytes(piece[-1:]) in (b" ", b"\t", b"\n") else bytes(piece) + b"\n"


def _read_pieces(path: str, encoding: str, errors: str) -> Iterator[bytes]:
    rest, read = b"", 0
    with open_text(path, encoding, errors) as file:
        while chunk := file.read(BLOCK):
            start = max(0, len(chunk) - LONGEST_WORD)
            cut = _last_space(chunk[start:])
            if not cut and len(rest) + len(chunk) > LONGEST_WORD:
                raise too_long(path, read + start if encoding == UTF8 else None)
            read += len(chunk)
            if cut:
                yield rest + chunk[: start + cut]
                rest = chunk[start + cut :]
            else:
                rest += chunk
    if rest:
        yield rest + b"\n"


def _last_space(text: bytes) -> int:
    """The place behind the last newline, else the last space or tab, which subwords would miss; 0 if there is none."""
    return (text.rfind(b"\n") if b"\n" in text else max(text.rfind(b" "), text.rfind(b"\t"))) + 1


def too_long(path: str, offset: int | None) -> FormatError:
    """The error for a word that cannot be one."""
    return FormatError(path, f"a word of more than {LONGEST_WORD} bytes", "is this a text file?", offset=offset)


def raw_fingerprint(paths: list[str]) -> str | None:
    """sha256 of the files as they lie on disk, without decompressing; None where one can be read only once."""
    sha = hashlib.sha256()
    for path in paths:
        if path == "-" or not os.path.isfile(path):
            return None
        try:
            with open(path, "rb", buffering=0) as file:
                sha.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise files.reading_error(path, error) from error
    return sha.hexdigest()
