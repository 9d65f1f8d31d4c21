"""Greedy decoding: always the most probable token."""

from __future__ import annotations

import numpy as np

from .hypothesis import Hypothesis, length_penalty
from .protocol import Translator


def greedy(
    translator: Translator, sources: list[np.ndarray], caps: np.ndarray, alpha: float = 0.0, attention: bool = False
) -> list[Hypothesis]:
    """The output of each of B sources, ids (S_b,), at most `caps` (B,) tokens long; of equally probable tokens the one
    with the lowest id. `alpha` is that of `length_penalty`.

    All sources go on together, and one whose output has ended leaves. At its cap an output is ended, whatever the
    probability of that.
    """
    B, eos = len(sources), translator.eos
    encoded = translator.encode(sources)
    state, rows, ids = translator.start(encoded), np.arange(B), np.full(B, eos, np.int32)
    ln, lengths, hit_cap = np.zeros(B), np.zeros(B, int), np.zeros(B, bool)
    steps, first_cap = [], int(caps.min())
    while len(rows):
        logs, state, weights = translator.step(ids, state, encoded, rows)
        ids = logs.argmax(axis=1).astype(np.int32)
        if len(steps) >= first_cap:
            is_last = (caps[rows] <= len(steps)) & (ids != eos)
            hit_cap[rows[is_last]], ids[is_last] = True, eos
        ln[rows] += logs[np.arange(len(rows)), ids]
        steps.append((rows, ids, weights if attention else None))
        goes_on = ids != eos
        if not goes_on.all():
            kept = goes_on.nonzero()[0]
            lengths[rows[~goes_on]] = len(steps) - 1
            rows, ids, state = rows[kept], ids[kept], translator.select(state, kept)
    outputs, maps = _columns(steps, sources)
    scores = ln / length_penalty(lengths + 1, alpha)
    facts = (column.tolist() for column in (lengths, ln, scores, hit_cap))
    return [
        Hypothesis(outputs[b, :T], *numbers, None if maps is None else maps[b, :T, : len(sources[b])].copy())
        for b, (T, *numbers) in enumerate(zip(*facts))
    ]


def _columns(steps: list, sources: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray | None]:
    """Ids (B, steps) and attention weights (B, steps, S), or None; zeros where an output has ended."""
    B, T = len(sources), len(steps)
    weights = steps[0][2]
    ids = np.zeros((B, T), np.int32)
    maps = None if weights is None else np.zeros((B, T, weights.shape[1]), np.float32)
    for t, (rows, chosen, weights) in enumerate(steps):
        ids[rows, t] = chosen
        if maps is not None:
            maps[rows, t] = weights
    return ids, maps
