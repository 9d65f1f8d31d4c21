"""Figures of attention: for each token of an output its weights over the tokens of the source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import heatmap
from .heatmap import BAR, LETTER, MARGIN

CELL = 0.24  # inches of a token
MOST = 16  # panels of a figure
SHAPE = 1.5  # width to height that is sought when there are several


class Attention(NamedTuple):
    """Tokens of a source and of its output; `weights` (output tokens, source tokens), each row adds up to 1."""

    source: Sequence[str]
    output: Sequence[str]
    weights: np.ndarray


def render_attention(matrices: Sequence[Attention], format: str, size: tuple[float, float] | None, dpi: int) -> bytes:
    """A file in one of `files.FORMATS` with a panel for each of `matrices`.

    `size` is width and height in inches, by default what the tokens take; `dpi` the dots per inch of a png.
    EmbedkitError where matplotlib, or, but for an svg, a font with the characters of the tokens is missing.
    """
    columns, rows, needed = _grid(matrices)

    def fill(canvas) -> None:
        axes = canvas.subplots(rows, columns, squeeze=False)
        for panel, matrix in zip(axes.flat, matrices):
            drawn = _panel(panel, matrix)
        for panel in axes.flat[len(matrices) :]:
            panel.remove()
        heatmap.scale(canvas, drawn, canvas.axes, "attention weight")

    tokens = (token for matrix in matrices for token in (*matrix.source, *matrix.output))
    return heatmap.render(fill, tokens, format, size or needed, dpi)


def _panel(axes, matrix: Attention):
    drawn = heatmap.squares(axes, matrix.weights, matrix.source, "source", "equal")
    axes.tick_params("x", rotation=_rotation(matrix))
    axes.set_yticks(range(len(matrix.output)), map(heatmap.label, matrix.output))
    axes.set_ylabel("output")
    return drawn


def _rotation(matrix: Attention) -> int:
    """Degrees: labels of more than a letter stand upright."""
    return 90 if max(map(len, matrix.source)) > 1 else 0


def _grid(matrices: Sequence[Attention]) -> tuple[int, int, tuple[float, float]]:
    """Columns and rows of panels, and the width and height that they take."""
    width, height = (max(sizes) for sizes in zip(*map(_size, matrices)))
    count = len(matrices)
    shapes = [(columns, math.ceil(count / columns)) for columns in range(1, count + 1)]
    columns, rows = min(shapes, key=lambda shape: abs(math.log(shape[0] * width / (shape[1] * height) / SHAPE)))
    return columns, rows, heatmap.fitting(columns * width + BAR, rows * height)


def _size(matrix: Attention) -> tuple[float, float]:
    """Width and height of a panel."""
    above = max(map(len, matrix.source)) if _rotation(matrix) else 1
    beside = max(map(len, matrix.output))
    width = len(matrix.source) * CELL + beside * LETTER + MARGIN
    return width, max(len(matrix.output) * CELL + above * LETTER + MARGIN, 1.5)
