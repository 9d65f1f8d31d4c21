"""Evaluation files: word pairs with scores, analogy questions. Everything is read as it stands; nothing is re-cased.

Pairs, one a line: `word word score`, between tabs, commas, semicolons or spaces (whatever the line has, in this
order). A part of speech may stand before the score (SimLex-999, SimVerb); columns after it are ignored, and so is a
header. A score is a number in ASCII digits.
Questions: four words a line, in sections that begin with `: name` (word2vec's questions-words.txt) or without any.
Empty lines and comments (`#`; in question files also `//`) are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..files import open_input

# float() also takes `nan`, `1_0` and digits of other scripts, and makes infinity of numbers too large.
NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
TAG = re.compile(r"[A-Z]{1,4}")


class Pairs(NamedTuple):
    """Pairs of words and what people say: `words` are the 2n words of n pairs, `gold` (n,) float64."""

    name: str
    words: list[str]
    gold: np.ndarray


class Questions(NamedTuple):
    """Analogy questions: `words` are the 4n words of n questions, `sections` their (name, number), in file order."""

    name: str
    words: list[str]
    sections: list[tuple[str, int]]


def read_pairs(path: str) -> Pairs:
    """Word pairs. Raises FormatError naming the line that is none."""
    words, gold, is_first = [], [], True
    for number, line in _lines(path, ("#",)):
        fields = _fields(line)
        at = _score_column(fields)
        if at:
            words += fields[:2]
            gold.append(float(fields[at]))
        elif not is_first or len(fields) < 3:
            hint = "analogy questions are for --questions" if line.startswith(":") else "a line is: word word score"
            raise FormatError(path, f"no pair with a score: {line[:60]!r}", hint, line=number)
        is_first = False
    if not gold:
        raise FormatError(path, "no word pairs", "a line is: word word score")
    return Pairs(name_of(path), words, np.array(gold))


def read_questions(path: str) -> Questions:
    """Analogy questions; those before any `: section` form one with the name of the file. Raises FormatError."""
    words: list[str] = []
    starts: list[tuple[str, int]] = []
    for number, line in _lines(path, ("#", "//")):
        if line.startswith(":"):
            starts.append((line[1:].strip(" \t"), len(words)))
            continue
        fields = [word for word in line.replace("\t", " ").split(" ") if word]
        if len(fields) != 4:
            hint = "word pairs are for --pairs" if len(fields) == 3 else "a question is four words"
            raise FormatError(path, f"{len(fields)} words instead of four: {line[:60]!r}", hint, line=number)
        if not starts:
            starts.append((name_of(path), 0))
        words += fields
    if not words:
        raise FormatError(path, "no analogy questions", "a question is four words on a line")
    ends = [start for _, start in starts[1:]] + [len(words)]
    return Questions(name_of(path), words, [(name, (end - start) // 4) for (name, start), end in zip(starts, ends)])


def name_of(path: str) -> str:
    """What a data set is called: its file without folder and suffixes."""
    name = os.path.basename(path)
    return re.sub(r"(\.(txt|csv|tsv|tab|dat))?(\.(gz|bz2|xz))?$", "", name) or name


def _lines(path: str, comments: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    with open_input(path) as file:
        data = file.read()
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode().strip(" \t\r")
        except UnicodeDecodeError as error:
            raise FormatError(path, f"invalid UTF-8 at column {error.start + 1}", line=number) from None
        if line and not line.startswith(comments):
            yield number, line


def _fields(line: str) -> list[str]:
    for separator in "\t,;":
        if line.count(separator) >= 2:
            return [field.strip(" ") for field in line.split(separator)]
    return [field for field in re.split("[ \t]+", line) if field]


def _score_column(fields: list[str]) -> int:
    """The column of the score: 2, or 3 after a part of speech; 0 where there is none."""
    if len(fields) < 3 or not (fields[0] and fields[1]):
        return 0
    if NUMBER.fullmatch(fields[2]):
        return 2
    return 3 if len(fields) > 3 and TAG.fullmatch(fields[2]) and NUMBER.fullmatch(fields[3]) else 0
