"""Evaluation files: word pairs with scores, analogy questions. Everything is read as it stands; nothing is re-cased.

Pairs, one a line: `word word score`, between tabs, commas, semicolons or spaces (whatever the line has, in this
order). A part of speech may stand before the score (SimLex-999, SimVerb); columns after it are ignored, and so is a
header. A score is a number in ASCII digits.
Categories: `word category`, one a line. Texts: a label, a tab, a text.
Questions: four words a line, in sections that begin with `: name` (word2vec's questions-words.txt) or without any.
Empty lines and comments (`#`; in question files also `//`; none among texts) are skipped.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from ..errors import FormatError
from ..io.encoding import conversion
from ..io.files import read_whole

# float() also takes `nan`, `1_0` and digits of other scripts, and makes infinity of numbers too large.
NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
TAG = re.compile(r"[A-Z]{1,4}")


class Pairs(NamedTuple):
    """Pairs of words and what people say: `words` are the 2n words of n pairs, `gold` (n,) float64; a checksum; the n
    scores as they are `written`."""

    name: str
    words: list[str]
    gold: np.ndarray
    sha256: str = ""
    written: Sequence[str] = ()


class Questions(NamedTuple):
    """Analogy questions: `words` are the 4n words of n questions, `sections` their (name, number), in file order; a
    checksum."""

    name: str
    words: list[str]
    sections: list[tuple[str, int]]
    sha256: str = ""


class Categories(NamedTuple):
    """n words and their categories, `labels`; a checksum."""

    name: str
    words: list[str]
    labels: list[str]
    sha256: str = ""


class Texts(NamedTuple):
    """n texts and their labels; a checksum."""

    name: str
    labels: list[str]
    texts: list[str]
    sha256: str = ""


def read_texts(path: str) -> Texts:
    """Labelled texts. Raises FormatError naming the line without a label."""
    data, labels, texts = read_whole(path), [], []
    for number, line in _lines(path, data, ()):
        label, tab, text = line.partition("\t")
        if not tab:
            raise FormatError(path, f"no label: {line[:60]!r}", "a line is a label, a tab, a text", line=number)
        labels.append(label)
        texts.append(text)
    if not texts:
        raise FormatError(path, "no texts", "a line is a label, a tab, a text")
    return Texts(name_of(path), labels, texts, sha256(data).hexdigest())


def read_categories(path: str) -> Categories:
    """Words and categories. Raises FormatError naming the line that has no two."""
    data, words, labels = read_whole(path), [], []
    for number, line in _lines(path, data, ("#",)):
        fields = [field for field in re.split("[ \t]+", line) if field]
        if len(fields) != 2:
            raise FormatError(
                path, f"{len(fields)} words instead of two: {line[:60]!r}", "a line is: word category", line=number
            )
        words.append(fields[0])
        labels.append(fields[1])
    if not words:
        raise FormatError(path, "no words with categories", "a line is: word category")
    return Categories(name_of(path), words, labels, sha256(data).hexdigest())


def read_pairs(path: str) -> Pairs:
    """Word pairs. Raises FormatError naming the line that is none."""
    data, (words, written, is_first) = read_whole(path), ([], [], True)
    for number, line in _lines(path, data, ("#",)):
        fields = _fields(line)
        at = _score_column(fields)
        if at:
            words += fields[:2]
            written.append(fields[at])
        elif not is_first or len(fields) < 3:
            hint = "analogy questions are for --questions" if line.startswith(":") else "a line is: word word score"
            raise FormatError(path, f"no pair with a score: {line[:60]!r}", hint, line=number)
        is_first = False
    if not written:
        raise FormatError(path, "no word pairs", "a line is: word word score")
    gold = np.array([float(score) for score in written])
    return Pairs(name_of(path), words, gold, sha256(data).hexdigest(), written)


def read_questions(path: str) -> Questions:
    """Analogy questions; those before any `: section` form one with the name of the file. Raises FormatError."""
    data = read_whole(path)
    words: list[str] = []
    names: list[str] = []
    starts: list[int] = []
    for number, line in _lines(path, data, ("#", "//")):
        if line.startswith(":"):
            names.append(line[1:].strip(" \t"))
            starts.append(len(words))
            continue
        fields = [word for word in line.replace("\t", " ").split(" ") if word]
        if len(fields) != 4:
            hint = "word pairs are for --pairs" if len(fields) == 3 else "a question is four words"
            raise FormatError(path, f"{len(fields)} words instead of four: {line[:60]!r}", hint, line=number)
        if not starts:
            names.append(name_of(path))
            starts.append(0)
        words += fields
    if not words:
        raise FormatError(path, "no analogy questions", "a question is four words on a line")
    ends = [*starts[1:], len(words)]
    sections = [(name, (end - start) // 4) for name, start, end in zip(names, starts, ends)]
    return Questions(name_of(path), words, sections, sha256(data).hexdigest())


def name_of(path: str) -> str:
    """What a data set is called: its file without folder and suffixes."""
    name = os.path.basename(path)
    return re.sub(r"(\.(txt|csv|tsv|tab|dat))?(\.(gz|bz2|xz))?$", "", name) or name


def _lines(path: str, data: bytes, comments: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
        try:
            line = raw.decode().strip(" \t\r\n")
        except UnicodeDecodeError as error:
            message, hint = f"invalid UTF-8 at column {error.start + 1}", conversion(path, re.split(rb"[\s,;]+", data))
            raise FormatError(path, message, hint, line=number) from None
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
