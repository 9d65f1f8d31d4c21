"""Sets of words for association tests, in TOML: a table is a test.

    [flowers-insects]
    targets.flowers = ["aster", "clover"]
    targets.insects = ["ant", "flea"]
    attributes.pleasant = ["caress", "freedom"]
    attributes.unpleasant = ["abuse", "crash"]

In the place of the targets a list of `words` asks for each of them alone.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from ...config import read_toml
from ...errors import FormatError
from ...io.files import read_whole

PAPER = os.path.join(os.path.dirname(__file__), "caliskan2017.toml")
HINT = "a test has targets.X, targets.Y (or words), attributes.A and attributes.B, lists of words: see docs/explore.md"


class Test(NamedTuple):
    """A test: two sets of targets, or none and single `words`, and two sets of attributes, by their names."""

    name: str
    targets: dict[str, list[str]]
    attributes: dict[str, list[str]]
    words: list[str]


def read_tests(path: str = PAPER) -> list[Test]:
    """The tests in a file, by default those of Caliskan, Bryson & Narayanan (2017). FormatError where it has none."""
    try:
        tables = read_toml(read_whole(path).removeprefix(b"\xef\xbb\xbf").decode())
    except ValueError as error:
        raise FormatError(path, str(error).partition("\n")[0], HINT) from error
    if not tables:
        raise FormatError(path, "no test in it", HINT)
    return [_test(path, name, table) for name, table in tables.items()]


def _test(path: str, name: str, table) -> Test:
    if not isinstance(table, dict) or set(table) - {"targets", "attributes", "words"}:
        raise FormatError(path, f"{name} is no test", HINT)
    targets, attributes, words = (table.get(key, {}) for key in ("targets", "attributes", "words"))
    if bool(targets) == bool(words):
        raise FormatError(path, f"{name} has {'both' if words else 'neither'} targets and words", HINT)
    for sets in (targets,) * bool(targets) + (attributes,):
        if not isinstance(sets, dict) or len(sets) != 2 or not all(map(_is_list, sets.values())):
            raise FormatError(path, f"{name} lacks two sets of targets, or two of attributes", HINT)
    if words and not _is_list(words):
        raise FormatError(path, f"{name}: words is no list of words", HINT)
    return Test(name, dict(targets), dict(attributes), list(words))


def _is_list(words) -> bool:
    return isinstance(words, list) and bool(words) and all(isinstance(word, str) and word for word in words)
