"""Phrases: pairs of words read as one, new_york for new york, by a table with a pair on each line.

The table has what each pass found, with an empty line between one pass and the next. Where a phrase is made of others
of the same block, as in tables written by hand, it is joined after those: (new, york) before (new_york, times).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...errors import EmbedkitError, FormatError
from ...io.spool import pieces
from ...runtime.memory import Memory
from .._kernels import remap
from ..encoded import LINE_END, Encoded
from ..external_sort.sort import by_frequency, inverse
from ..vocab import Vocab
from . import _kernels

Pairs = list[tuple[str, str]]


def read_phrases(path: str, form: Callable[[str], str] = str) -> list[Pairs]:
    """The pairs of words in a file, block by block, the words brought to `form`.

    Lines are `first⇥second[⇥count[⇥score]]`; empty ones end a block. EmbedkitError where there are none, FormatError
    where a line is something else.
    """
    from ...io.files import read_whole

    lines = read_whole(path).decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")
    blocks: list[Pairs] = [[]]
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r").split("\t")
        if cells == [""]:
            blocks += [[]] if blocks[-1] else []
        elif _is_pair(cells):
            blocks[-1].append((form(cells[0]), form(cells[1])))
        else:
            hint = "a line is first<TAB>second, then perhaps <TAB>count<TAB>score, as `embedkit phrases` prints it"
            raise FormatError(path, "is no pair of words", hint, line=number)
    if not any(blocks):
        raise EmbedkitError(f"{path}: no phrases in it", "a lower --threshold of `embedkit phrases` finds more")
    return list(filter(None, blocks))


def _is_pair(cells: list[str]) -> bool:
    try:
        numbers = [number(cell) for number, cell in zip((int, float), cells[2:])]
    except ValueError:
        return False
    return 2 <= len(cells) == 2 + len(numbers) and all(cell and " " not in cell for cell in cells[:2])


def rounds(blocks: list[Pairs], joiner: str) -> Iterator[Pairs]:
    """The pairs that are joined in the first pass over the text, in the second, and so on."""
    for pairs in blocks:
        found, made = [], {}
        # A phrase is longer than what it is made of, so whatever makes a word comes before all that use it.
        for first, second in sorted(dict.fromkeys(pairs), key=lambda pair: len(pair[0]) + len(pair[1])):
            level = max(made.get(first, 0), made.get(second, 0))
            if level == len(found):
                found.append([])
            found[level].append((first, second))
            phrase = first + joiner + second
            made[phrase] = max(made.get(phrase, 0), level + 1)
        yield from found


def join(encoded: Encoded, blocks: list[Pairs], joiner: str, memory: Memory) -> Encoded:
    """The text with the phrases of `blocks` as words: `first + joiner + second`, as if it had always said so.

    In each pass a line is read from left to right: a word that has been joined begins no other pair. Words that never
    stand alone any more are gone. What does not fit `memory` lies in temporary files.
    """
    types = encoded.vocab
    steps, fresh = _steps(types, list(rounds(blocks, joiner)), joiner)
    if not steps:
        return encoded
    added = Vocab.from_words(fresh)
    offsets = np.concatenate([types.offsets, types.offsets[-1] + added.offsets[1:]])
    counts = np.concatenate([types.counts, np.zeros(len(fresh), np.int64)])
    joined = memory.spool(np.int32)
    for part in pieces(encoded.ids):
        for step in steps:
            part = step.apply(part, counts)
        joined.append(part)
    everything = Vocab(offsets, np.concatenate([types.utf8, added.utf8]), counts)
    order = by_frequency(everything)
    place = inverse(order)

    def ids() -> np.ndarray:
        made = memory.spool(np.int32)
        for part in joined.parts():
            remap(part, place, part)
            made.append(part)
        return made.array()

    return Encoded(everything.take(order[counts[order] > 0]), ids, encoded.sha256, encoded.size)


def _steps(types: Vocab, passes: list[Pairs], joiner: str) -> tuple[list[_Step], list[str]]:
    """The steps of each pass over the ids of `types`, and the words that get ids behind theirs."""
    named = {word for pairs in passes for first, second in pairs for word in (first, second, first + joiner + second)}
    number = {word: id for id, word in enumerate(types) if word in named}
    steps, fresh = [], []
    for pairs in passes:
        rows = []
        for first, second in pairs:
            if first in number and second in number:
                phrase = first + joiner + second
                if phrase not in number:
                    number[phrase] = len(types) + len(fresh)
                    fresh.append(phrase)
                rows.append((number[first], number[second], number[phrase]))
        if rows:
            steps.append(_Step(np.array(rows, np.int64)))
    for step in steps:
        step.begins.resize(len(types) + len(fresh))
    return steps, fresh


class _Step:
    """One pass over a text that comes piece by piece; `rows` (n, 3) are first, second and joined ids."""

    def __init__(self, rows: np.ndarray):
        self.begins = np.zeros(rows.max() + 1, np.bool_)
        self.begins[rows[:, 0]] = True
        self._table = np.zeros((1 << (2 * len(rows)).bit_length(), 2), np.int64)
        _kernels.put_pairs(self._table, rows[:, 0] << 32 | rows[:, 1], rows[:, 2] + 1)
        self._last = LINE_END

    def apply(self, ids: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """The next piece, joined; its last word waits for the piece behind it. A text ends with a line end."""
        out = np.empty(len(ids) + 1, np.int32)
        n, self._last = _kernels.join_pairs(ids, self._last, self.begins, self._table, counts, out)
        return out[:n]
