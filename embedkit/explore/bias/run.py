"""Association tests on vectors: which words they have, and the rows of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...eval.source import check_finite
from ...vectors.query import find
from .sets import Test
from .weat import Effect, sc_weat, weat

LEAST = 2  # known words of a set


def run(source, test: Test, each: bool, missing: Callable[[str], None], say: Callable[[str], None]) -> Iterator[dict]:
    """The rows of a test: one of WEAT, or one of SC-WEAT for every word, also for every target if `each`.

    `missing` is told why there is none, `say` which words were left out.
    """
    sets = {**test.targets, **test.attributes}
    known = {name: _known(source, words) for name, words in sets.items()}
    known[""] = words = _known(source, test.words)
    total = sum(map(len, sets.values())) + len(test.words)
    used = sum(map(len, known.values()))
    if unknown := [word for words in (*sets.values(), test.words) for word in words if find(source, word) is None]:
        say(f"{test.name}: without {', '.join(dict.fromkeys(unknown))}")
    few = [name for name in sets if len(known[name]) < LEAST]
    if few or (test.words and not words):
        missing(f"{test.name}: fewer than {LEAST} words of {', '.join(few) or 'words'} are in the vocabulary")
        return
    a, b = (_rows(source, known[name]) for name in test.attributes)
    attributes = ", ".join(test.attributes)
    if test.targets and not each:
        x, y = (_rows(source, known[name]) for name in test.targets)
        yield _row(test.name, *test.targets, attributes, weat(x, y, a, b), used, total)
        return
    single = words if test.words else {word: id for name in test.targets for word, id in known[name].items()}
    of = {word: name for name in test.targets for word in known[name]}
    rest = sum(len(known[name]) for name in test.attributes)
    whole = sum(len(words) for words in test.attributes.values())
    for word, row in zip(single, _rows(source, single)):
        yield _row(test.name, word, of.get(word), attributes, sc_weat(row, a, b), 1 + rest, 1 + whole)


def _known(source, words: list[str]) -> dict[str, int]:
    found = {word: find(source, word) for word in words}
    return {word: id for word, id in found.items() if id is not None}


def _rows(source, known: dict[str, int]) -> np.ndarray:
    ids = np.array(list(known.values()), np.int64)
    check_finite(source, ids)
    return source.rows(ids)


def _row(name: str, first: str, second: str | None, attributes: str, effect: Effect, used: int, total: int) -> dict:
    size = None if effect.size is None else round(effect.size, 6)
    row = {"test": name, "first": first, "second": second, "attributes": attributes, "effect": size}
    exact = "exact" if effect.is_exact else "sampled"
    return row | {
        "p": float(f"{effect.p:.4g}"),
        "permutations": effect.permutations,
        "exact": exact,
        "used": used,
        "total": total,
    }
