"""Lines in, translations out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, OptionError
from ..runtime.parallel import imap, limited_threads, thread_count
from .beam_search import beam_search
from .greedy import greedy
from .hypothesis import Hypothesis, caps, length_penalty
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
    threads : batches decoded at once, each on a thread; None is as many as there are cores. Changes no answer
    """

    beam: int = 1
    n_best: int = 1
    length_penalty: float = LENGTH_PENALTY
    max_length: int | None = None
    batch_size: int = BATCH
    attention: bool = False
    threads: int | None = None

    def __post_init__(self):
        limits = (1 if limit is None else limit for limit in (self.max_length, self.threads))
        if min(self.beam, self.n_best, self.batch_size, *limits) < 1 or not self.length_penalty >= 0:
            raise OptionError(
                "beam, n_best, max_length, batch_size and threads are at least 1, length_penalty at least 0"
            )
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
    # The longest first, so that no thread is left with them at the end.
    dealt = list(batches([len(source) for source in sources], decoding.batch_size))[::-1]
    for batch, found in zip(dealt, decode_batches(translator, sources, dealt, decoding), strict=True):
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
        if len(sources) == 1 and (found := translator.greedy_line(sources[0], int(most[0]))) is not None:
            ids, ln, hit_cap, weights = found
            score = float(ln / length_penalty(len(ids) + 1, alpha))
            return [[Hypothesis(ids, ln, score, hit_cap, weights if decoding.attention else None)]]
        return [[best] for best in greedy(translator, sources, most, alpha, decoding.attention)]
    return beam_search(translator, sources, most, decoding.beam, decoding.n_best, alpha, decoding.attention)


def decode_batches(
    translator: Translator, sources: list[np.ndarray], dealt: list[list[int]], decoding: Decoding
) -> Iterator[list[list[Hypothesis]]]:
    """`decode` of each batch, a list of places in `sources`, in their order; on threads, see `of_batches`."""
    return of_batches(
        lambda own, batch: decode(own, [sources[i] for i in batch], decoding), translator, dealt, decoding.threads
    )


def of_batches(work: Callable, translator: Translator, dealt: list[list[int]], threads: int | None) -> Iterator:
    """`work(translator, batch)` of each batch in their order, on up to `threads` threads (None: as many as there are
    cores), each with a translator of its own.

    Meanwhile BLAS is kept to one thread: a batch is made of products too small to be shared well. A single batch has
    BLAS's threads.
    """
    workers = min(thread_count(threads), len(dealt))
    translators = [translator] if workers < 2 else [translator.for_thread() for _ in range(workers)]
    with limited_threads(1 if workers > 1 else threads):
        yield from imap(lambda batch, worker: work(translators[worker], batch), dealt, len(translators))


def unknown_tokens(tokens: list[str], ids: np.ndarray, unk: int) -> list[str]:
    """The tokens, each once, that are read as `<unk>`."""
    places = (ids == unk).nonzero()[0].tolist()
    return list(dict.fromkeys(tokens[place] for place in places))


def _spelt(translator: Translator, found: Hypothesis, source_tokens: list[str], unknown: list[str]) -> Translation:
    side = translator.target
    tokens = side.tokens(found.ids)
    return Translation(
        side.line(tokens),
        tokens,
        found.ln,
        found.score,
        found.hit_cap,
        source_tokens,
        unknown,
        found.attention,
    )
