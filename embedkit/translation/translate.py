"""Lines in, translations out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, OptionError
from .beam_search import beam_search
from .greedy import greedy
from .hypothesis import Hypothesis, caps
from .protocol import Translator

BATCH = 100  # lines decoded together, of about one length
LENGTH_PENALTY = 0.0  # what does best with letters to sounds, see docs/seq2seq.md


@dataclass(frozen=True)
class Decoding:
    """Options of decoding. OptionError where they do not go together.

    beam : hypotheses kept for each line; 1 is greedy
    n_best : outputs of each line
    length_penalty : α of `hypothesis.length_penalty`
    max_length : most tokens of an output; None lets the length of the line decide, see `hypothesis.caps`
    batch_size : lines decoded together; costs memory, changes no answer
    attention : whether attention weights are kept
    """

    beam: int = 1
    n_best: int = 1
    length_penalty: float = LENGTH_PENALTY
    max_length: int | None = None
    batch_size: int = BATCH
    attention: bool = False

    def __post_init__(self):
        counts = (self.beam, self.n_best, self.batch_size, 1 if self.max_length is None else self.max_length)
        if min(counts) < 1 or not self.length_penalty >= 0:
            raise OptionError("beam, n_best, max_length and batch_size are at least 1, length_penalty at least 0")
        if self.n_best > self.beam:
            raise OptionError(
                f"a beam of {self.beam} has no {self.n_best} outputs", f"--beam {self.n_best} or more finds them"
            )


class Translation(NamedTuple):
    """An output of a line.

    output : the line that `tokens` spell
    tokens : T tokens, without `<eos>`
    ln : natural log probability of the tokens and `<eos>`, given the line
    score : `ln` by the length penalty; what ranks outputs of a line
    hit_cap : True if the output had to end here, and the model would rather have gone on
    source_tokens : S tokens of the line
    unknown : those of them, each once, that were read as `<unk>`
    attention : (T, S) float32, the weights with which each token was predicted, or None
    """

    output: str
    tokens: list[str]
    ln: float
    score: float
    hit_cap: bool
    source_tokens: list[str]
    unknown: list[str]
    attention: np.ndarray | None


def translate(
    translator: Translator, lines: Sequence[str], decoding: Decoding | None = None
) -> list[list[Translation]]:
    """Of each line its outputs, best first; none of a line without tokens. EmbedkitError where attention is wanted of a
    model that has none.

    Lines of about one length are decoded together; which ones changes no more than the last bits of the numbers.
    """
    decoding, side = decoding or Decoding(), translator.source
    tokens = [side.read(line) for line in lines]
    sources = [side.ids(words) for words in tokens]
    answers: list[list[Translation]] = [[] for _ in lines]
    for batch in batches([len(source) for source in sources], decoding.batch_size):
        found = decode(translator, [sources[i] for i in batch], decoding)
        for i, hypotheses in zip(batch, found):
            if decoding.attention and any(found.attention is None for found in hypotheses):
                raise EmbedkitError("has no attention, of which there could be weights", "leave --attention out")
            unknown = unknown_tokens(tokens[i], sources[i], translator.unk)
            answers[i] = [_spelt(translator, hypothesis, tokens[i], unknown) for hypothesis in hypotheses]
    return answers


def batches(keys: list, size: int) -> Iterator[list[int]]:
    """Places of `keys`, lengths or tuples of them, by rising key, `size` at a time; those of an empty key are left
    out."""
    order = sorted((i for i, key in enumerate(keys) if key), key=keys.__getitem__)
    return (order[at : at + size] for at in range(0, len(order), size))


def decode(translator: Translator, sources: list[np.ndarray], decoding: Decoding) -> list[list[Hypothesis]]:
    """Of each source (S_b,) its outputs, best first."""
    most, alpha = caps(sources, decoding.max_length), decoding.length_penalty
    if decoding.beam == 1:
        return [[best] for best in greedy(translator, sources, most, alpha, decoding.attention)]
    return beam_search(translator, sources, most, decoding.beam, decoding.n_best, alpha, decoding.attention)


def unknown_tokens(tokens: list[str], ids: np.ndarray, unk: int) -> list[str]:
    """The tokens, each once, that are read as `<unk>`."""
    places = (ids == unk).nonzero()[0].tolist()
    return list(dict.fromkeys(tokens[place] for place in places))


def _spelt(translator: Translator, found: Hypothesis, source_tokens: list[str], unknown: list[str]) -> Translation:
    side = translator.target
    return Translation(
        side.spell(found.ids),
        [side.vocab[id] for id in found.ids.tolist()],
        found.ln,
        found.score,
        found.hit_cap,
        source_tokens,
        unknown,
        found.attention,
    )
