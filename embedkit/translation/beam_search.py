"""Beam search, of many sources at once.

Hypotheses are rows: those of a source stand together, best first, and sources in their order. A step extends all rows
at once; a hypothesis that ends leaves its row, and a source leaves with its last one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .hypothesis import Hypothesis, length_penalty
from .protocol import Translator


def beam_search(
    translator: Translator,
    sources: list[np.ndarray],
    caps: np.ndarray,
    beam: int,
    n_best: int = 1,
    alpha: float = 0.0,
    attention: bool = False,
) -> list[list[Hypothesis]]:
    """Of each of B sources, ids (S_b,), the `n_best` ≤ `beam` outputs, at most `caps` (B,) tokens long, best first.

    In each step the `beam` most probable extensions of a source's hypotheses are kept; those with `<eos>` are finished,
    the others go on. Finished ones are ranked by log p / tokens^α, α ≥ 0, with `<eos>` counted. Of equal ones the
    extension of the better hypothesis comes first, then the lower token; of equal finished ones the shorter. At its cap
    a hypothesis is ended, whatever the probability of that.

    Hypotheses that cannot become one of the n best are dropped: log p only falls, so log p / (cap + 1)^α is the most
    that a hypothesis may still get. This is exact, so more outputs change none of the first ones. With one hypothesis
    at a time the search is greedy; as wide as there are prefixes, it finds the best of all outputs.
    """
    B, eos, length = len(sources), translator.eos, 0
    encoded = translator.encode(sources)
    state, rows, ids, ln = translator.start(encoded), np.arange(B), np.full(B, eos, np.int32), np.zeros(B)
    found, trace, longest = Finished(B, n_best), Trace(), length_penalty(caps + 1, alpha)
    while len(rows):
        logs, state, weights = translator.step(ids, state, encoded, rows)
        hit_cap = _end(logs, caps[rows] <= length, eos)
        length += 1
        live, parents, tokens, sums = extend(logs, ln, rows, beam)
        # NaN, which a damaged model gives, is no possibility either.
        is_possible, ends = sums > -np.inf, tokens == eos
        scores = np.where(is_possible & ends, sums / length_penalty(length, alpha), -np.inf)
        if (scores > -np.inf).any():
            found.add(live, scores, sums, hit_cap[parents], length - 1, parents)
        goes_on = is_possible & ~ends & (sums / longest[live][:, None] > found.worst[live][:, None])
        kept = parents[goes_on]
        trace.add(tokens[goes_on], kept, weights if attention else None)
        rows, ids, ln = rows[kept], tokens[goes_on].astype(np.int32), sums[goes_on]
        state = translator.select(state, kept)
    return found.read(trace, [len(source) for source in sources])


def _end(logs: np.ndarray, is_last: np.ndarray, eos: int) -> np.ndarray:
    """Leaves nothing but `eos` possible in the rows (N,) that `is_last`; True (N,) where it was not the most probable
    token there."""
    hit = np.zeros(len(logs), bool)
    if is_last.any():
        hit[is_last] = logs[is_last].argmax(axis=1) != eos
        others = np.arange(logs.shape[1]) != eos
        logs[np.ix_(is_last, others)] = -np.inf
    return hit


def extend(logs: np.ndarray, ln: np.ndarray, rows: np.ndarray, beam: int) -> tuple[np.ndarray, ...]:
    """The `beam` most probable extensions of the hypotheses of each source.

    Parameters
    ----------
    logs : (N, V) log probabilities of tokens, which are spoilt
    ln : (N,) those of the hypotheses
    rows : (N,) their sources, never falling

    Returns the U sources, (U,), and of their extensions, (U, beam) each, best first: hypotheses, as rows of `logs`,
    tokens, and log probabilities, -inf where there are no more. Each row has its best token at hand, so only the row
    that gives away its best has to be looked through again.
    """
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    live, U, N = rows[first], len(first), len(rows)
    owner = np.repeat(np.arange(U), np.diff(first, append=N))
    place = np.arange(N) - first[owner]
    best = logs.argmax(axis=1)
    grid, each = np.full((U, place.max() + 1), -np.inf), np.arange(U)
    grid[owner, place] = ln + logs[np.arange(N), best]
    parents, tokens, sums = np.empty((U, beam), int), np.empty((U, beam), int), np.empty((U, beam))
    for rank in range(beam):
        # The first of equal ones: the better hypothesis, and of its tokens the lowest.
        column = grid.argmax(axis=1)
        row = first + column
        token = best[row]
        parents[:, rank], tokens[:, rank], sums[:, rank] = row, token, grid[each, column]
        if rank + 1 < beam:
            logs[row, token] = -np.inf
            best[row] = token = logs[row].argmax(axis=1)
            grid[each, column] = ln[row] + logs[row, token]
    return live, parents, tokens, sums


class Trace:
    """The steps of a search, from which outputs are read back."""

    def __init__(self):
        self._steps: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []

    def add(self, tokens: np.ndarray, parents: np.ndarray, weights: np.ndarray | None) -> None:
        """A step that made a row of each of `parents` (M,), rows of the step before, with one of `tokens` (M,) behind
        it; `weights` (N, S) are the attention of the rows before."""
        self._steps.append((tokens, parents, weights))

    def read(self, lengths: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Of K outputs of so many tokens, (K,), that stood in `rows` (K,) before they ended: ids (K, T) and attention
        weights (K, T, S), or None; zeros behind the end."""
        K, T, rows = len(lengths), int(lengths.max(initial=0)), rows.copy()
        ids, weights = np.zeros((K, T), np.int32), self._steps[0][2]
        maps = None if weights is None else np.zeros((K, T, weights.shape[1]), np.float32)
        for t in reversed(range(T)):
            tokens, parents, weights = self._steps[t]
            inside = np.flatnonzero(lengths > t)
            row = rows[inside]
            ids[inside, t], rows[inside] = tokens[row], parents[row]
            if maps is not None:
                maps[inside, t] = weights[parents[row]]
        return ids, maps


class Ends(NamedTuple):
    """Ends of outputs, arrays of one shape: score and log probability, hit_cap, tokens, and the row before the end."""

    scores: np.ndarray
    ln: np.ndarray
    hit_cap: np.ndarray
    lengths: np.ndarray
    rows: np.ndarray


class Finished:
    """The n best finished hypotheses of each of B sources."""

    def __init__(self, B: int, n: int):
        shape = B, n
        self._ends = Ends(
            np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, int), np.zeros(shape, int)
        )

    @property
    def worst(self) -> np.ndarray:
        """(B,) the score that has to be exceeded; -inf where fewer than n are finished."""
        return self._ends.scores[:, -1]

    def add(self, sources, scores, ln, hit_cap, length: int, rows) -> None:
        """Candidates (U, k) of the sources (U,), all `length` tokens long; those with the score -inf are none."""
        new = Ends(scores, ln, hit_cap, np.full(scores.shape, length), rows)
        both = [np.concatenate([old[sources], more], axis=1) for old, more in zip(self._ends, new)]
        order = np.argsort(-both[0], axis=1, kind="stable")[:, : self._ends.scores.shape[1]]
        for kept, values in zip(self._ends, both):
            kept[sources] = np.take_along_axis(values, order, axis=1)

    def read(self, trace: Trace, source_lengths: list[int]) -> list[list[Hypothesis]]:
        """The hypotheses of each source, best first."""
        b, rank = (self._ends.scores > -np.inf).nonzero()
        ends = Ends(*(values[b, rank] for values in self._ends))
        ids, maps = trace.read(ends.lengths, ends.rows)
        found: list[list[Hypothesis]] = [[] for _ in source_lengths]
        for k, (source, score, ln, hit_cap, T, _) in enumerate(zip(b.tolist(), *(column.tolist() for column in ends))):
            weights = None if maps is None else maps[k, :T, : source_lengths[source]].copy()
            found[source].append(Hypothesis(ids[k, :T].copy(), ln, score, hit_cap, weights))
        return found
