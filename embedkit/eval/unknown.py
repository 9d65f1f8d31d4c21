"""Which items of a data set have words out of vocabulary, and which words those are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..vectors.query import tokens
from .analogy import find_questions
from .categories import find_categories
from .protocols import PLAIN, Protocol
from .readers import Categories, Pairs, Questions, Texts
from .similarity import find_pairs
from .source import Lookup, Source


class Unknown(NamedTuple):
    """A pair, a question, a word with a category, or a text, and those of its words that are out of vocabulary."""

    section: str | None
    item: str
    words: list[str]


def unknown_items(
    source: Source, dataset: Pairs | Questions | Categories | Texts, protocol: Protocol = PLAIN
) -> Iterator[Unknown]:
    """The items of `dataset` that are left out, or count as the protocol has it, in file order.

    Texts are those without any known word.
    """
    if isinstance(dataset, Texts):
        lookup = Lookup(source, protocol.case)
        for text in dataset.texts:
            words = tokens(source, text)
            if (lookup.find(words).ids < 0).all():
                yield Unknown(None, text, words)
        return
    find, size = {Pairs: (find_pairs, 2), Questions: (find_questions, 4), Categories: (find_categories, 1)}[
        type(dataset)
    ]
    ids = find(source, dataset, protocol).ids.reshape(-1, size)
    names = (name for name, total in getattr(dataset, "sections", [(None, len(ids))]) for _ in range(total))
    for at, (name, known) in enumerate(zip(names, (ids >= 0).tolist())):
        words = dataset.words[at * size : (at + 1) * size]
        if not all(known):
            unknown = [word for word, is_known in zip(words, known) if not is_known]
            yield Unknown(name, " ".join(words), list(dict.fromkeys(unknown)))
