"""A line as a model reads it: the same words and ids that the same line has in a text for training."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..text.tokenize import TOKENIZERS, line_splitter
from ..vectors.query import text_options
from .protocol import LanguageModel


class Line(NamedTuple):
    """`words` of a line and the `ids` (n,) int64 that the model reads for them.

    `missing` are the words, each once, that its vocabulary lacks: they are read as `<unk>`, or have the id -1 where the
    model has none.
    """

    words: list[str]
    ids: np.ndarray
    missing: list[str]


def reader(model: LanguageModel) -> Callable[[str], Line]:
    """The function that reads one line for `model`."""
    words_in, find = line_splitter(text_options(model)), model.vocab.id

    def read(text: str) -> Line:
        words = words_in(text)
        ids = [find(word) for word in words]
        missing = list(dict.fromkeys(word for word, id in zip(words, ids) if id is None))
        stand_in = -1 if model.unk is None else model.unk
        return Line(words, np.array([stand_in if id is None else id for id in ids], np.int64), missing)

    return read


def spell(model: LanguageModel, words: list[str]) -> str:
    """The text that `words` of one line stand for."""
    tokenizer = TOKENIZERS.get(text_options(model).get("tokenizer"))
    gap = None if tokenizer is None else tokenizer.gap
    return " ".join(words) if gap is None else "".join(" " if word == gap else word for word in words)
