"""Log probabilities of given translations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .protocol import Translator
from .translate import BATCH, batches, of_batches, unknown_tokens


class Scored(NamedTuple):
    """A target, given its source.

    tokens : T tokens of the target
    ln : (T + 1,) natural log probabilities float64, that of `<eos>` last
    is_unknown : (T,) True where a token was read as `<unk>`
    source_unknown : tokens of the source, each once, that were read as `<unk>`
    """

    tokens: list[str]
    ln: np.ndarray
    is_unknown: np.ndarray
    source_unknown: list[str]


def score(
    translator: Translator, pairs: Sequence[tuple[str, str]], batch: int = BATCH, threads: int | None = None
) -> list[Scored | None]:
    """Of each (source, target) its log probabilities; None where one of the two has no token.

    Pairs of about one length are read together, up to `batch` of them; which ones changes no more than the last bits.
    Batches are read on `threads` threads, by default as many as there are cores.
    """
    tokens = [(translator.source.read(source), translator.target.read(target)) for source, target in pairs]
    ids = [(translator.source.ids(source), translator.target.ids(target)) for source, target in tokens]
    found: list[Scored | None] = [None] * len(pairs)
    lengths = [(len(source), len(target)) if len(source) and len(target) else () for source, target in ids]
    dealt = list(batches(lengths, batch))[::-1]  # as in `translate`, the longest first

    def read(own: Translator, group: list[int]) -> list[np.ndarray]:
        return own.score(*([ids[i][side] for i in group] for side in (0, 1)))

    for group, scores in zip(dealt, of_batches(read, translator, dealt, threads), strict=True):
        for i, ln in zip(group, scores):
            (source, target), (source_ids, target_ids) = tokens[i], ids[i]
            unknown = unknown_tokens(source, source_ids, translator.unk)
            found[i] = Scored(target, ln.astype(np.float64), target_ids == translator.unk, unknown)
    return found
