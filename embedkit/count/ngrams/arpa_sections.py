"""Sections of an ARPA file: the sizes that its header promises, and its n-grams as ids and numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from ...errors import CUT, FormatError
from ...text.stream import EOS
from ...text.vocab import show
from .arpa_lines import FieldRows, NumberedLines
from .arpa_write import BEGIN, END

BLOCK = 1 << 16  # lines taken apart at a time
MAX_ORDER = 32  # time grows with its square
_SIZE = re.compile(rb"ngram[ \t]+([0-9]{1,9})[ \t]*=[ \t]*([0-9]{1,15})")


class NgramSection(NamedTuple):
    """The G n-grams of one order as the file has them.

    ids : (G, n) int64
    log10, backoff : (G,) float32
    line : the number of the first line
    """

    ids: np.ndarray
    log10: np.ndarray
    backoff: np.ndarray
    line: int


class WordIds:
    """Ids by word, in the order of the 1-grams; `<s>` and `</s>` share one, that of `<eos>`."""

    def __init__(self, lines: NumberedLines):
        self.words: list[bytes] = []
        self._lines, self._ids = lines, {}

    def add(self, rows: FieldRows) -> np.ndarray:
        """The ids (G, 1) of the 1-grams `rows`, which are new."""
        found = []
        for number, word in enumerate(rows.column(1), rows.line):
            if word in self._ids or word == EOS.encode():
                what = "comes twice" if word in self._ids else "cannot be read: </s> is called so here"
                raise self._lines.error(f"the word {show(word)} {what}", line=number)
            twin = {BEGIN: END, END: BEGIN}.get(word)
            if twin not in self._ids:
                self.words.append(EOS.encode() if twin else word)
            self._ids[word] = self._ids.get(twin, len(self.words) - 1)
            found.append(self._ids[word])
        return np.array(found, np.int64)[:, None]

    def close(self) -> tuple[int, int]:
        """All words were added: `find` may begin. Which of them, counted from 0, were `<s>` and `</s>`."""
        for marker in (BEGIN, END):
            if marker not in self._ids:
                raise self._lines.error(f"there is no {marker.decode()} among the 1-grams")
        self._middle = {word: id for word, id in self._ids.items() if word not in (BEGIN, END)}
        self._first = self._middle | {BEGIN: self._ids[BEGIN]}
        self._last = self._middle | {END: self._ids[END]}
        added = list(self._ids)
        return added.index(BEGIN), added.index(END)

    def find(self, rows: FieldRows, n: int) -> np.ndarray:
        """The ids (G, n) of the n-grams `rows`."""
        known = [self._first, *[self._middle] * (n - 2), self._last]
        ids = np.empty((n, len(rows.starts)), np.int64)
        for k, places in enumerate(known):
            words = rows.column(k + 1)
            try:
                ids[k] = [*map(places.__getitem__, words)]
            except KeyError as error:
                (word,) = error.args
                why = "stands in the wrong place" if word in self._ids else "is not among the 1-grams"
                message = f"the word {show(word)} {why}"
                raise self._lines.error(message, line=rows.line + words.index(word)) from None
        return ids.T


def sizes(lines: NumberedLines) -> tuple[list[int], bytes | None]:
    """Number of n-grams of each order, by the header, and the line after it."""
    found: list[int] = []
    while (line := lines.next()) and (match := _SIZE.fullmatch(line)):
        if int(match[1]) != len(found) + 1:
            raise lines.error(f"the number of {len(found) + 1}-grams must stand here")
        if len(found) == MAX_ORDER:
            raise lines.error(f"n-grams of more than {MAX_ORDER} words are not read")
        found.append(int(match[2]))
    if not found or not found[0]:
        raise lines.error("the number of 1-grams must stand before this: ngram 1=COUNT")
    return found, line


def section(lines: NumberedLines, n: int, size: int, is_highest: bool, words: WordIds) -> NgramSection:
    """The next `size` lines: n-grams with a probability, and perhaps a back-off weight.

    Of the 1-grams there is one less: `</s>` with its probability and the back-off weight of `<s>`.
    """
    begin, blocks = lines.number + 1, [(np.zeros((0, n), np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))]
    for left in range(size, 0, -BLOCK):
        rows = lines.take(min(left, BLOCK))
        odd = np.flatnonzero((rows.widths != n + 1) & (rows.widths != n + 2))
        if len(odd):
            raise _odd(lines, rows, int(odd[0]), n, size, begin)
        if len(rows.starts) < min(left, BLOCK):
            raise lines.error(f"{size} {n}-grams are promised, the file ends after {lines.number + 1 - begin}", CUT)
        ids = words.add(rows) if n == 1 else words.find(rows, n)
        blocks.append((ids, *_weights(lines, rows, n, is_highest)))
    ids, log10, backoff = map(np.concatenate, zip(*blocks))
    if n == 1:
        first, last = words.close()
        backoff[last] = backoff[first]
        ids, log10, backoff = (np.delete(column, first, 0) for column in (ids, log10, backoff))
    return NgramSection(ids, log10, backoff, begin)


def _odd(lines: NumberedLines, rows: FieldRows, at: int, n: int, size: int, begin: int) -> FormatError:
    """The error for row `at`, which has too few or too many fields."""
    line, field = rows.line + at, rows.fields[rows.starts[at]]
    if not field or field.startswith(b"\\"):
        return lines.error(f"{size} {n}-grams are promised, there are {line - begin}", line=line)
    return lines.error(f"{rows.widths[at]} fields: not a number, {n} words and perhaps a number", CUT, line=line)


def _weights(lines: NumberedLines, rows: FieldRows, n: int, is_highest: bool) -> tuple[np.ndarray, np.ndarray]:
    """log10 of the probabilities, at most 0, and of the back-off weights, 0 where there is none."""
    log10 = _numbers(lines, rows.column(0), np.arange(len(rows.starts)) + rows.line)
    backoff, weighted = np.zeros(len(log10), np.float32), np.flatnonzero(rows.widths == n + 2)
    fields = rows.fields[rows.starts[weighted] + n + 1].tolist()
    backoff[weighted] = _numbers(lines, fields, weighted + rows.line)
    if (log10 > 0).any():
        at = int((log10 > 0).argmax())
        raise lines.error(f"{log10[at]} is log10 of no probability: it is above 0", line=rows.line + at)
    if is_highest and backoff.any():
        raise lines.error("the longest n-grams have no back-off weight", line=rows.line + int(backoff.nonzero()[0][0]))
    return log10, backoff


def _numbers(lines: NumberedLines, fields: list[bytes], numbers: np.ndarray) -> np.ndarray:
    """float32 values of `fields`, which stand on the lines `numbers`."""
    try:
        with np.errstate(over="ignore"):
            values = np.array([*map(float, fields)], np.float64).astype(np.float32)
    except ValueError:
        values = np.array([*map(_number, fields)], np.float32)
    if not np.isfinite(values).all():
        at = int(np.isfinite(values).argmin())
        raise lines.error(f"{show(fields[at])} is no finite number", line=int(numbers[at]))
    return values


def _number(field: bytes) -> float:
    try:
        return float(field)
    except ValueError:
        return np.nan
