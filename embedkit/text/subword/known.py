"""Vocabularies by their content: a model keeps the name, `bpe:` and the SHA-256 of the file, and the file itself."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from ...errors import DAMAGED, EmbedkitError, FormatError, OptionError
from ...io.files import read_whole
from .bpe import Bpe
from .json_file import parse

PREFIX = "bpe:"
_files: dict[str, bytes] = {}  # the files that were seen, by name


def register(data: bytes) -> str:
    """The name of the file with these bytes, by which `find` finds it from now on."""
    name = PREFIX + hashlib.sha256(data).hexdigest()
    _files.setdefault(name, data)
    return name


def is_name(name: str | None) -> bool:
    """True if `name` is one of a vocabulary."""
    return isinstance(name, str) and name.startswith(PREFIX)


def name_of(path: str, others: tuple[str, ...]) -> str:
    """The name of the vocabulary in the file `path`, which has been read and is one; a name stays as it is.

    OptionError where there is no such file, and `others` are what else it might have been.
    """
    if is_name(path):
        return path
    if not os.path.exists(path):
        raise OptionError(
            f"--tokenizer {path}: neither a file nor one of {', '.join(others)}",
            "embedkit vocab TEXT --bpe N -o FILE makes a file",
        )
    data = bytes(read_whole(path))
    parse(path, data)
    return register(data)


def source(name: str) -> bytes | None:
    """The file of that name, None where it was never seen."""
    return _files.get(name)


@lru_cache(8)
def find(name: str) -> Bpe:
    """The vocabulary of that name. EmbedkitError where its file was never seen."""
    data = source(name)
    if data is None:
        raise EmbedkitError(
            f"the subword vocabulary {name[:20]}… is not in the file",
            "a native file keeps it: ask the file that `embedkit train` wrote",
        )
    try:
        return parse("tokenizer", data)
    except FormatError as error:
        raise EmbedkitError(f"the subword vocabulary in the file: {error}", DAMAGED) from error
