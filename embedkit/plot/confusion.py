"""Figures of a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import heatmap
from .heatmap import BAR, LETTER, MARGIN

CELL = 0.5  # inches of a label
MOST = 40  # labels of a figure
DARK = 0.5  # share from which on a number stands on a dark square


def render_confusion(
    names: Sequence[str], counts: np.ndarray, format: str, size: tuple[float, float] | None, dpi: int
) -> bytes:
    """A file in one of `draw.FORMATS`: labels of texts from top to bottom, those given from left to right, in each
    square how many, darker the larger their share of the row.

    names : K labels; counts : (K, K) int64. `size` and `dpi` as in `attention.render_attention`.
    """
    side = CELL * len(names) + LETTER * max(map(len, names)) + MARGIN
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)

    def fill(canvas) -> None:
        axes = canvas.subplots()
        drawn = heatmap.squares(axes, shares, names, "given", "equal")
        axes.tick_params("x", rotation=90 if max(map(len, names)) > 4 else 0)
        axes.set_yticks(range(len(names)), map(heatmap.label, names))
        axes.set_ylabel("label")
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if shares[row, column] > DARK else "black"
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=color, fontsize=8)
        heatmap.scale(canvas, drawn, axes, "share of the label's texts")

    return heatmap.render(fill, names, format, size or heatmap.fitting(side + BAR, max(side, 1.5)), dpi)
