"""Which files a command reads, and their bytes in blocks that end between two words."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import files
from ..errors import EmbedkitError, FormatError

BLOCK = 4 << 20
LONGEST_WORD = 1 << 16


class Block(NamedTuple):
    """`text` (uint8) starts at byte `base` of all inputs together; `number` counts blocks."""

    number: int
    base: int
    text: np.ndarray


def expand(names: tuple[str, ...] | list[str]) -> list[str]:
    """Files in the order given: a folder stands for the files below it, a pattern for its matches, both sorted."""
    found = []
    for name in names:
        if name == "-" or os.path.isfile(name):
            found.append(name)
        elif os.path.isdir(name):
            inside = [
                os.path.join(folder, file)
                for folder, _, files_ in os.walk(name)
                for file in files_
                if not file.startswith(".")
            ]
            if not inside:
                raise EmbedkitError(
                    f"{name}: a folder without files", "name the text files, or a pattern like 'dir/*.txt'"
                )
            found += sorted(inside)
        else:
            matches = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []
            found += [match for match in matches if os.path.isfile(match)] or [name]
    if found.count("-") > 1:
        raise EmbedkitError("- is named twice, but stdin can be read once")
    return found


class Reader:
    """The bytes of several files as one text: a file that does not end its last line gets a newline.

    `fingerprint` is the sha256 of that text once all blocks are drawn; `locate` tells where a byte comes from.
    """

    def __init__(self, paths: list[str]):
        self.paths, self._bases, self._sha = paths, [], hashlib.sha256()

    @property
    def fingerprint(self) -> str:
        return self._sha.hexdigest()

    def locate(self, offset: int) -> tuple[str, int]:
        """(path, offset in its decompressed text) of byte `offset` of the whole."""
        which = max(i for i, base in enumerate(self._bases) if base <= offset)
        return self.paths[which], offset - self._bases[which]

    def blocks(self) -> Iterator[Block]:
        """Blocks of about 4 MB, each cut after a space, tab or newline."""
        number = base = 0
        for path in self.paths:
            self._bases.append(base)
            for piece in _pieces(path):
                self._sha.update(piece)
                yield Block(number, base, np.frombuffer(piece, np.uint8))
                number, base = number + 1, base + len(piece)


def _pieces(path: str) -> Iterator[bytes | memoryview]:
    rest, read, piece = b"", 0, b""
    with files.open_input(path) as file:
        while chunk := file.read(BLOCK):
            cut = max(chunk.rfind(space, max(0, len(chunk) - LONGEST_WORD)) for space in (b"\n", b" ", b"\t")) + 1
            if cut == 0 and len(rest) + len(chunk) > LONGEST_WORD:
                raise FormatError(
                    path,
                    f"a word of more than {LONGEST_WORD} bytes",
                    "is this a text file?",
                    offset=read + len(chunk) - LONGEST_WORD,
                )
            piece, rest = rest + chunk[:cut] if cut else b"", rest + chunk if not cut else chunk[cut:]
            read += len(chunk)
            if piece:
                yield piece
    if rest:
        yield rest + b"\n"
    elif piece and not piece.endswith(b"\n"):
        yield b"\n"


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
            raise EmbedkitError(f"{path}: {error.strerror}") from error
    return sha.hexdigest()
