"""A vocabulary that goes on with another: the words of before stay where they are, new ones come behind them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..config import PlainText
from ..runtime.memory import Memory
from .encoded import LINE_END, Encoded
from .vocab import Vocab

DROPPED = LINE_END - 1
PIECE = 1 << 14  # ids of two texts that take turns


class Union(NamedTuple):
    """vocab : the words of before, then the new ones, most frequent first; counts are sums
    ids : (types + 1,) int32, the id of each type of the new text, DROPPED for those left out; the last is LINE_END
    absent : words of before that the text lacks
    """

    vocab: Vocab
    ids: np.ndarray
    absent: int


def unite(old: Vocab, text: Encoded, config: PlainText) -> Union:
    """`old` and the words that `text` has `config.min_count` times, at most `config.max_vocab` words in all.

    Where the counts of `old` are unknown, they count as 0.
    """
    types, V = text.vocab, len(old)
    ids = np.array([DROPPED if (id := old.id(word)) is None else id for word in types] + [LINE_END], np.int32)
    known = np.flatnonzero(ids >= 0)
    new = np.flatnonzero((ids[:-1] == DROPPED) & (types.counts >= config.min_count))
    new = new[: max(0, config.max_vocab - V)] if config.max_vocab else new
    ids[new] = np.arange(V, V + len(new))
    counts = np.zeros(V, np.int64) if old.counts is None else np.array(old.counts)
    counts[ids[known]] += types.counts[known]
    vocab = Vocab(old.offsets, old.utf8, counts).join(types.take(new))
    return Union(vocab, ids, V - len(known))


def interleave(texts: list[np.ndarray], memory: Memory) -> np.ndarray:
    """The lines of all `texts` (ids) as one, in turns, so that each is spread evenly over the whole."""
    parts = [(end / len(ids), which, begin, end) for which, ids in enumerate(texts) for begin, end in _cuts(ids)]
    kept = memory.spool(np.int32)
    for _, which, begin, end in sorted(parts):
        kept.append(texts[which][begin:end])
    return kept.array()


def sampled(ids: np.ndarray, share: float, seed: int, memory: Memory) -> np.ndarray:
    """The lines of `ids` that chance keeps, each with probability `share`."""
    rng, kept = np.random.default_rng(seed), memory.spool(np.int32)
    for begin, end in _cuts(ids):
        part = ids[begin:end]
        # Of each word the number of line ends before it: the line that it belongs to.
        lines = np.cumsum(part == LINE_END) - (part == LINE_END)
        kept.append(part[(rng.random(int(lines[-1]) + 1) < share)[lines]])
    return kept.array()


def _cuts(ids: np.ndarray):
    """(begin, end) of parts that end with a line, of PIECE ids or more but for the last."""
    begin = 0
    while begin < len(ids):
        end = min(begin + PIECE, len(ids))
        while end < len(ids) and not (ends := np.flatnonzero(ids[end - 1 : end + PIECE - 1] == LINE_END)).size:
            end = min(end + PIECE, len(ids))
        if end < len(ids):
            end += int(ends[0])
        yield begin, end
        begin = end
