"""A line as a model reads it: the same words and ids that the same line has in a text for training."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..text.tokenize import TOKENIZERS, Tokenizer, is_punctuation, normal_form
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
    options, find = text_options(model), model.vocab.id
    tokenizer = tokenizer_of(model)
    form = normal_form(options.get("lowercase", False), options.get("normalize", False))
    gap = [] if tokenizer.gap is None else [tokenizer.gap]

    def words_of(chunk: str) -> list[str]:
        chunk = form(chunk)
        words = [chunk] if tokenizer.split is None else tokenizer.split(chunk)
        return [word for word in words if not is_punctuation(word)] if options.get("drop_punctuation") else words

    def read(text: str) -> Line:
        chunks = [chunk for chunk in text.replace("\r", "").replace("\t", " ").split(" ") if chunk]
        words = [word for i, chunk in enumerate(chunks) for word in (gap if i else []) + words_of(chunk)]
        ids = [find(word) for word in words]
        missing = list(dict.fromkeys(word for word, id in zip(words, ids) if id is None))
        stand_in = -1 if model.unk is None else model.unk
        return Line(words, np.array([stand_in if id is None else id for id in ids], np.int64), missing)

    return read


def tokenizer_of(model: LanguageModel) -> Tokenizer:
    """How the text of `model` was split."""
    return TOKENIZERS.get(text_options(model).get("tokenizer"), TOKENIZERS["whitespace"])


def spell(model: LanguageModel, words: list[str]) -> str:
    """The text that `words` of one line stand for."""
    gap = tokenizer_of(model).gap
    return " ".join(words) if gap is None else "".join(" " if word == gap else word for word in words)
