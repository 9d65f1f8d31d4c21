"""Figures of a memory: where the write head stood at each token of a source, the read head at each of its output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import heatmap
from .heatmap import BAR, LETTER, MARGIN

CELL = 0.2  # inches of a row, and of a token
GAP = 0.5  # between two panels
TOUCHED = 0.05  # the least weight of a row that is shown
MOST = 4  # sources of a figure


class Heads(NamedTuple):
    """Tokens of a source and of its output, `<eos>` last; weights over the N rows of the memory, of the write head at
    each token of the source (S, N) and of the read head at each of the output (T, N)."""

    source: Sequence[str]
    output: Sequence[str]
    writes: np.ndarray
    reads: np.ndarray


def render_memory(found: Sequence[Heads], format: str, size: tuple[float, float] | None, dpi: int) -> bytes:
    """A file in one of `files.FORMATS`, two panels for each of `found`; otherwise as `attention.render_attention`."""
    rows = [shown_rows(heads) for heads in found]

    def fill(canvas) -> None:
        axes = canvas.subplots(len(found), 2, squeeze=False, width_ratios=_widths(found))
        for panels, heads, shown in zip(axes, found, rows):
            _panel(panels[0], heads.writes, heads.source, shown, "source, written")
            drawn = _panel(panels[1], heads.reads, heads.output, shown, "output, read")
            panels[0].set_ylabel("row of the memory")
        heatmap.scale(canvas, drawn, axes, "weight of the head")

    tokens = (token for heads in found for token in (*heads.source, *heads.output))
    return heatmap.render(fill, tokens, format, size or _needed(found, rows), dpi)


def shown_rows(heads: Heads) -> np.ndarray:
    """The rows that a head touches and those between them, in the order in which the ring has them: those left out are
    its longest stretch of others."""
    touched = np.maximum(heads.writes.max(axis=0), heads.reads.max(axis=0)) >= TOUCHED
    rows, N = np.flatnonzero(touched), len(touched)
    gaps = np.diff(rows, append=rows[0] + N)
    first, last = rows[(gaps.argmax() + 1) % len(rows)], rows[gaps.argmax()]
    return (first + np.arange((last - first) % N + 1)) % N


def _panel(axes, weights: np.ndarray, tokens: Sequence[str], shown: np.ndarray, name: str):
    drawn = heatmap.squares(axes, weights[:, shown].T, tokens, name, "auto")
    for label, token in zip(axes.get_xticklabels(), tokens):
        label.set_rotation(90 if len(token) > 1 else 0)
    step = max(1, math.ceil(len(shown) / 20))
    axes.set_yticks(range(0, len(shown), step), shown[::step])
    return drawn


def _widths(found: Sequence[Heads]) -> tuple[int, int]:
    """Tokens of the longest source, and of the longest output."""
    return max(len(heads.source) for heads in found), max(len(heads.output) for heads in found)


def _needed(found: Sequence[Heads], rows: Sequence[np.ndarray]) -> tuple[float, float]:
    """Width and height that all panels take."""
    letters = max(len(token) for heads in found for token in (*heads.source, *heads.output))
    height = sum(max(len(shown) * CELL, 1.2) + MARGIN + letters * LETTER for shown in rows)
    return heatmap.fitting(sum(_widths(found)) * CELL + MARGIN + GAP + BAR, height)
