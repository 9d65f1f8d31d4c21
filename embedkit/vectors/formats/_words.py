"""Words in a file of their own, for formats that hold numbers alone: a word a line, a count behind it or not."""

from __future__ import annotations

import os

from ...errors import EmbedkitError, FormatError
from ...io.files import is_descriptor, map_input, without_gz
from ...text.vocab import LONGEST_WORD, show
from ...text.word_list import COUNTED


def beside(path, name: str) -> str:
    """Path of the words of `path`: `name` in the same folder for `vectors.SUFFIX`, else `STEM.name`; with .gz behind
    both or neither."""
    path, plain = os.fspath(path), without_gz(path)
    folder, base = os.path.split(plain)
    stem = os.path.splitext(base)[0]
    return os.path.join(folder, name if stem == "vectors" else f"{stem}.{name}") + path[len(plain) :]


def to_read(path, vocab, name: str) -> str:
    """The file of words: `vocab` if it is given, else the one beside `path`. EmbedkitError where there is none."""
    if vocab is not None:
        return os.fspath(vocab)
    found = beside(path, name)
    # One of the two files may have been compressed by hand.
    found = next((name for name in (found, without_gz(found), f"{found}.gz") if os.path.exists(name)), found)
    if path == "-" or not os.path.exists(found):
        missing = "" if path == "-" else f", and there is no {found}"
        raise EmbedkitError(
            f"{path}: this format holds no words{missing}", f"name their file: embedkit convert --vocab FILE {path} OUT"
        )
    return found


def to_write(path, name: str) -> str:
    """The file of words to write; EmbedkitError where `path` is a descriptor, which has nothing beside it."""
    if is_descriptor(path):
        raise EmbedkitError(f"{path}: the words go into a second file", "write to a file, not to a stream")
    return beside(path, name)


def lines_of(path) -> list[bytes]:
    """The lines of a file without their ends."""
    lines = map_input(path).tobytes().removesuffix(b"\n").split(b"\n")
    return [line.removesuffix(b"\r") for line in lines]


def read_words(path) -> tuple[list[bytes], list[int] | None]:
    """Words and their counts, None where the first line has none: it stands behind the last space or a tab."""
    lines = lines_of(path)
    if not COUNTED.fullmatch(lines[0]):
        for number, line in enumerate(lines, 1):
            if not line or len(line) > LONGEST_WORD:
                raise FormatError(path, f"{show(line)} is not a word and its count, nor a word", line=number)
        return lines, None
    words, counts = [], []
    for number, line in enumerate(lines, 1):
        match = COUNTED.fullmatch(line)
        if match is None or len(match[1]) > LONGEST_WORD:
            raise FormatError(path, f"{show(line)} is not a word and its count", line=number)
        words.append(match[1])
        counts.append(int(match[2]))
    return words, counts


def check_length(path, rows: int, words: str, n: int) -> None:
    """FormatError unless the `n` words of the file `words` are as many as the rows of `path`."""
    if rows != n:
        message = f"{rows} rows, but {n} words in {words}"
        raise FormatError(path, message, "are both files complete, and of the same vectors?")
