"""Finding phrases: words that stand side by side more often than their frequencies explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ...config import Text, option
from ...runtime.progress import SILENT, Progress

if TYPE_CHECKING:
    import numpy as np

    from ...runtime.memory import Memory
    from ..encoded import Encoded
    from ..vocab import Vocab

THRESHOLDS = {"count": 100.0, "npmi": 0.5}
# Rows of the table of pairs at first; it doubles as it fills.
ROWS = 1 << 16


@dataclass(frozen=True)
class Phrases:
    """Options of phrase detection."""

    score: str = option(
        "count", "word2phrase's (n_ab - discount) N / (n_a n_b), or normalized PMI", choices=tuple(THRESHOLDS)
    )
    threshold: float = option(
        None, "a phrase scores more than this  [default: 100; with npmi 0.5]", kind=float, least=-1
    )
    discount: float = option(5.0, "taken off the count of a pair, against rare words; count score only", least=0)
    passes: int = option(1, "times to look, each in the text with what was found before joined", least=0)


class Phrase(NamedTuple):
    """A pair of words, how often it stands side by side, and its score as float32."""

    first: str
    second: str
    count: int
    score: np.float32


def find(
    encoded: Encoded, text: Text, options: Phrases, name: str, memory: Memory, progress: Progress = SILENT
) -> list[list[Phrase]]:
    """The phrases that each pass found in a text that errors call `name`: by falling score, then by the words.

    With N words in all, of which n_a are a, n_b are b, and n_ab times a before b on one line,

        count: (n_ab - discount) N / (n_a n_b)                  Mikolov et al. 2013, section 4, and word2phrase
        npmi:  ln(p_ab / (p_a p_b)) / -ln p_ab, p = n / N       Bouma 2009

    Words that the options of `text` drop are part of no phrase, and neither are pairs seen fewer than `min_count`
    times. Each pass counts anew in the text that `table.join` makes of what was found before; the first that finds
    nothing is the last.
    """
    from ..corpus import prune_vocab
    from .table import join

    found: list[list[Phrase]] = []
    kept = prune_vocab(encoded, text, name, memory).vocab if options.passes else None
    words = None if text.vocab is None or kept is None else set(kept.words())
    while len(found) < options.passes:
        if found:
            encoded = join(encoded, pairs(found[-1:]), text.joiner, memory)
        new = _one_pass(encoded, _eligible(encoded.vocab, text, words), text.min_count, options, progress)
        progress.event("pass", phrases=len(new))
        if not new:
            break
        found.append(new)
        if words is not None:
            words |= {phrase.first + text.joiner + phrase.second for phrase in new}
    return found


def pairs(found: list[list[Phrase]]) -> list[list[tuple[str, str]]]:
    """The pairs for `table.join`, of the phrases of `find`."""
    return [[phrase[:2] for phrase in block] for block in found]


def _eligible(types: Vocab, text: Text, words: set[str] | None) -> np.ndarray:
    """(V,) bool, the types that may be part of a phrase: those in `words`, or frequent ones."""
    import numpy as np

    if words is None:
        return (types.counts >= text.min_count) & (np.arange(len(types)) < (text.max_vocab or len(types)))
    return np.array([word in words for word in types.words()], np.bool_)


def _one_pass(
    encoded: Encoded, eligible: np.ndarray, min_count: int, options: Phrases, progress: Progress
) -> list[Phrase]:
    import numpy as np

    counts = encoded.vocab.counts
    total = int(counts.sum())
    threshold = THRESHOLDS[options.score] if options.threshold is None else options.threshold
    if options.score == "count":
        # n_ab is at most n_a and n_b, so no pair with a word this frequent reaches the threshold.
        eligible = eligible & (total / counts > threshold)
    first, second, together = count_pairs(encoded.ids, eligible, min_count, progress)
    n_a, n_b, n_ab = counts[first].astype(np.float64), counts[second].astype(np.float64), together.astype(np.float64)
    if options.score == "count":
        scores = (n_ab - options.discount) * total / (n_a * n_b)
    else:
        scores = np.log(n_ab * total / (n_a * n_b)) / -np.log(n_ab / total)
    above = np.flatnonzero(scores > threshold)
    words = encoded.vocab
    rows = [
        Phrase(words[a], words[b], n, score)
        for a, b, n, score in zip(
            first[above].tolist(), second[above].tolist(), together[above].tolist(), scores[above].astype(np.float32)
        )
    ]
    return sorted(rows, key=lambda row: (-row.score, row.first, row.second))


def count_pairs(
    ids: np.ndarray, eligible: np.ndarray, least: int = 1, progress: Progress = SILENT
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(first ids, second ids, counts) of all pairs of eligible ids that stand side by side `least` times or more.

    A first look at the text counts pairs by their hash, in a byte each; only those that may be frequent enough, few of
    all, are then counted one by one (Park, Chen & Yu 1995).
    """
    import numpy as np

    from ...io.spool import pieces
    from . import _kernels

    tally = np.zeros(1 << min(max(len(ids), 1 << 12).bit_length(), 28), np.uint8)
    table, used = np.zeros((ROWS, 2), np.int64), 0
    with progress.bar(2 * len(ids), "pairs", "words") as advance:
        last = -1
        for part in pieces(ids):
            last = _kernels.tally_pairs(part, last, eligible, tally)
            advance(len(part))
        last = -1
        for part in pieces(ids):
            at = 0
            while True:
                state = eligible, tally, min(least, 255), table, used
                at, last, used = _kernels.count_pairs(part, at, last, *state)
                if at == len(part):
                    break
                larger = np.zeros((2 * len(table), 2), np.int64)
                taken = table[table[:, 1] > 0]
                _kernels.put_pairs(larger, taken[:, 0], taken[:, 1])
                table = larger
            advance(len(part))
    rows = table[table[:, 1] >= least]
    return rows[:, 0] >> 32, rows[:, 0] & 0xFFFFFFFF, rows[:, 1]
