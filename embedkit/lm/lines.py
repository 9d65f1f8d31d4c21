"""A line as a model reads it: the same words and ids that the same line has in a text for training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import islice
from random import Random
from typing import NamedTuple

import numpy as np

from ..config import Text
from ..errors import EmbedkitError
from ..text.masks import masked_splitter
from ..text.tokenize import line_splitter, tokenizer
from ..vectors.query import text_options
from .beam_search import beam_search
from .generate import generate, sampler
from .generate import greedy as most_probable
from .protocol import LanguageModel


class Line(NamedTuple):
    """`words` of a line and the `ids` (n,) int64 that the model reads for them.

    `missing` are the words, each once, that its vocabulary lacks: they are read as `<unk>`, or have the id -1 where the
    model has none.
    """

    words: list[str]
    ids: np.ndarray
    missing: list[str]


def reader(model: LanguageModel, masked: bool = False) -> Callable[[str], Line]:
    """The function that reads one line for `model`; [MASK] is a token anywhere in it where lines are `masked`."""
    splitter, find = masked_splitter if masked else line_splitter, model.vocab.id
    words_in = splitter(text_options(model))

    def read(text: str) -> Line:
        words = words_in(text)
        ids = [find(word) for word in words]
        missing = list(dict.fromkeys(word for word, id in zip(words, ids) if id is None))
        stand_in = -1 if model.unk is None else model.unk
        return Line(words, np.array([stand_in if id is None else id for id in ids], np.int64), missing)

    return read


def read_prompt(model: LanguageModel, text: str) -> Line:
    """A prompt as `model` reads it. EmbedkitError where the model lacks one of its words, and has no `<unk>`."""
    line = reader(model)(text)
    if line.missing and model.unk is None:
        near = [spelling for word in line.missing for spelling in model.vocab.spellings(word)]
        raise EmbedkitError(unknown_in(line), f"near: {', '.join(near)}" if near else "")
    return line


def unknown_in(prompt: Line) -> str:
    """The unknown words of a prompt, as a message."""
    return f"unknown word{'s' * (len(prompt.missing) > 1)} in the prompt: {', '.join(prompt.missing)}"


def generated_lines(
    model: LanguageModel,
    prompt: Line,
    words: int,
    lines: int | None,
    *,
    greedy: bool = False,
    beam: int | None = None,
    ban: Iterable[str] = (),
    seed: int = 1,
    **distribution,
) -> Iterator[tuple[list[str], int, float]]:
    """At most so many `lines` of at most so many `words` in all that go on from `prompt`; see `written_lines`.

    By beam search, greedy, or drawn from a `generate.distribution` with a `seed`; the words `ban` are never written.
    """
    banned, before = [id for id in map(model.vocab.id, ban) if id is not None], prompt.ids.tolist()
    if beam:
        written = beam_search(model, beam, words, before, banned)
    else:
        choose = most_probable if greedy else sampler(Random(seed), **distribution)
        written = islice(generate(model, choose, before, banned), words)
    return islice(written_lines(model, prompt.words, written), lines)


def spell(model: LanguageModel, words: list[str]) -> str:
    """The text that `words` of one line stand for."""
    chosen = tokenizer(text_options(model).get("tokenizer"))
    if chosen.subwords is not None:
        return chosen.subwords.text(words)
    return " ".join(words) if chosen.gap is None else "".join(" " if word == chosen.gap else word for word in words)


def shown(model: LanguageModel) -> Callable[[str], str]:
    """The function that makes of a word of `model` the text that it stands for: of subwords, not their spelling."""
    subwords = tokenizer(text_options(model).get("tokenizer")).subwords
    return str if subwords is None else subwords.shown


def text_config(model: LanguageModel) -> Text:
    """The options with which the text of `model` was read, as far as they decide what a word is; the encoding is of a
    file, not of a model."""
    known = {f.name for f in fields(Text)} - {"min_count", "max_vocab", "vocab", "encoding"}
    return Text(min_count=1, **{name: value for name, value in text_options(model).items() if name in known})


def written_lines(
    model: LanguageModel, prompt: list[str], written: Iterable[tuple[int, float]]
) -> Iterator[tuple[list[str], int, float]]:
    """(words, their number with the line end, natural log probability of what is not `prompt`) of line after line.

    `written` are ids and their log probabilities, as `generate` gives them; the last line may have no end.
    """
    line, count, total = [*prompt], len(prompt), 0.0
    for id, ln in written:
        count, total = count + 1, total + ln
        if id != model.eos:
            line.append(model.vocab[id])
            continue
        yield line, count, total
        line, count, total = [], 0, 0.0
    if count:
        yield line, count, total
