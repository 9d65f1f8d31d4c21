"""Figures of a memory: where the write head stood at each token of a source, the read head at each of its output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import fonts
from .draw import image

CELL = 0.2  # inches of a row, and of a token
LETTER = 0.09  # of a letter of a label
MARGIN, GAP, BAR = 0.7, 0.5, 0.9  # of the names of the axes, between two panels, of the scale of colours
TOUCHED = 0.05  # the least weight of a row that is shown
MOST, LARGEST = 4, 40.0  # sources of a figure; its width and height


class Heads(NamedTuple):
    """Tokens of a source and of its output, `<eos>` last; weights over the N rows of the memory, of the write head at
    each token of the source (S, N) and of the read head at each of the output (T, N)."""

    source: Sequence[str]
    output: Sequence[str]
    writes: np.ndarray
    reads: np.ndarray


def render_memory(found: Sequence[Heads], format: str, size: tuple[float, float] | None, dpi: int) -> bytes:
    """A file in one of `draw.FORMATS`, two panels for each of `found`; otherwise as `attention.render_attention`."""
    return image(lambda: _drawn(found, size, has_own_fonts=format == "svg"), format, dpi)


def shown_rows(heads: Heads) -> np.ndarray:
    """The rows that a head touches and those between them, in the order in which the ring has them: those left out are
    its longest stretch of others."""
    touched = np.maximum(heads.writes.max(axis=0), heads.reads.max(axis=0)) >= TOUCHED
    rows, N = np.flatnonzero(touched), len(touched)
    gaps = np.diff(rows, append=rows[0] + N)
    first, last = rows[(gaps.argmax() + 1) % len(rows)], rows[gaps.argmax()]
    return (first + np.arange((last - first) % N + 1)) % N


def _drawn(found: Sequence[Heads], size: tuple[float, float] | None, has_own_fonts: bool):
    from matplotlib import rcParams
    from matplotlib.figure import Figure as Canvas

    text = "".join(token for heads in found for token in (*heads.source, *heads.output))
    frame = {"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True}
    rcParams.update(frame | ({} if has_own_fonts else {"font.family": fonts.families(text)}))
    rows = [shown_rows(heads) for heads in found]
    canvas = Canvas(size or _needed(found, rows), layout="constrained")
    axes = canvas.subplots(len(found), 2, squeeze=False, width_ratios=_widths(found))
    for panels, heads, shown in zip(axes, found, rows):
        _panel(panels[0], heads.writes, heads.source, shown, "source, written")
        drawn = _panel(panels[1], heads.reads, heads.output, shown, "output, read")
        panels[0].set_ylabel("row of the memory")
    canvas.colorbar(drawn, ax=axes, label="weight of the head", shrink=0.7, ticks=(0, 0.5, 1))
    return canvas


def _panel(axes, weights: np.ndarray, tokens: Sequence[str], shown: np.ndarray, name: str):
    # "none" leaves a vector format one pixel for each weight, which every size shows as a square.
    drawn = axes.imshow(weights[:, shown].T, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="none")
    # Each $ is a token's own, not of a formula.
    axes.set_xticks(range(len(tokens)), [token.replace("$", r"\$") for token in tokens])
    step = max(1, math.ceil(len(shown) / 20))
    axes.set_yticks(range(0, len(shown), step), shown[::step])
    axes.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    for label, token in zip(axes.get_xticklabels(), tokens):
        label.set_rotation(90 if len(token) > 1 else 0)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(name)
    return drawn


def _widths(found: Sequence[Heads]) -> tuple[int, int]:
    """Tokens of the longest source, and of the longest output."""
    return max(len(heads.source) for heads in found), max(len(heads.output) for heads in found)


def _needed(found: Sequence[Heads], rows: Sequence[np.ndarray]) -> tuple[float, float]:
    """Width and height that all panels take."""
    letters = max(len(token) for heads in found for token in (*heads.source, *heads.output))
    height = sum(max(len(shown) * CELL, 1.2) + MARGIN + letters * LETTER for shown in rows)
    return min(sum(_widths(found)) * CELL + MARGIN + GAP + BAR, LARGEST), min(height, LARGEST)
