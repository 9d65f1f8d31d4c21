"""Figures of attention: for each token of an output its weights over the tokens of the source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import fonts
from .draw import image

CELL = 0.24  # inches of a token
LETTER = 0.09  # of a letter of its label
MARGIN = 0.7  # of the names of the axes
BAR = 0.9  # of the scale of colours
MOST = 16  # panels of a figure
LARGEST = 40.0  # width and height of a figure
SHAPE = 1.5  # width to height that is sought when there are several


class Attention(NamedTuple):
    """Tokens of a source and of its output; `weights` (output tokens, source tokens), each row adds up to 1."""

    source: Sequence[str]
    output: Sequence[str]
    weights: np.ndarray


def render_attention(matrices: Sequence[Attention], format: str, size: tuple[float, float] | None, dpi: int) -> bytes:
    """A file in one of `draw.FORMATS` with a panel for each of `matrices`.

    `size` is width and height in inches, by default what the tokens take; `dpi` the dots per inch of a png.
    EmbedkitError where matplotlib, or, but for an svg, a font with the characters of the tokens is missing.
    """
    return image(lambda: _drawn(matrices, size, has_own_fonts=format == "svg"), format, dpi)


def _drawn(matrices: Sequence[Attention], size: tuple[float, float] | None, has_own_fonts: bool):
    from matplotlib import rcParams
    from matplotlib.figure import Figure as Canvas

    text = "".join(token for matrix in matrices for token in (*matrix.source, *matrix.output))
    frame = {"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True}
    rcParams.update(frame | ({} if has_own_fonts else {"font.family": fonts.families(text)}))
    columns, rows, needed = _grid(matrices)
    canvas = Canvas(size or needed, layout="constrained")
    axes = canvas.subplots(rows, columns, squeeze=False)
    for panel, matrix in zip(axes.flat, matrices):
        drawn = _panel(panel, matrix)
    for panel in axes.flat[len(matrices) :]:
        panel.remove()
    canvas.colorbar(drawn, ax=canvas.axes, label="attention weight", shrink=0.7, ticks=(0, 0.5, 1))
    return canvas


def _panel(axes, matrix: Attention):
    # "none" leaves a vector format one pixel for each weight, which every size shows as a square.
    drawn = axes.imshow(matrix.weights, cmap="Blues", vmin=0, vmax=1, aspect="equal", interpolation="none")
    axes.set_xticks(range(len(matrix.source)), map(_label, matrix.source), rotation=_rotation(matrix))
    axes.set_yticks(range(len(matrix.output)), map(_label, matrix.output))
    axes.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("source")
    axes.set_ylabel("output")
    return drawn


def _label(token: str) -> str:
    # Each $ is a token's own, not of a formula.
    return token.replace("$", r"\$")


def _rotation(matrix: Attention) -> int:
    """Degrees: labels of more than a letter stand upright."""
    return 90 if max(map(len, matrix.source)) > 1 else 0


def _grid(matrices: Sequence[Attention]) -> tuple[int, int, tuple[float, float]]:
    """Columns and rows of panels, and the width and height that they take."""
    width, height = (max(sizes) for sizes in zip(*map(_size, matrices)))
    count = len(matrices)
    shapes = [(columns, math.ceil(count / columns)) for columns in range(1, count + 1)]
    columns, rows = min(shapes, key=lambda shape: abs(math.log(shape[0] * width / (shape[1] * height) / SHAPE)))
    return columns, rows, (min(columns * width + BAR, LARGEST), min(rows * height, LARGEST))


def _size(matrix: Attention) -> tuple[float, float]:
    """Width and height of a panel."""
    above = max(map(len, matrix.source)) if _rotation(matrix) else 1
    beside = max(map(len, matrix.output))
    width = len(matrix.source) * CELL + beside * LETTER + MARGIN
    return width, max(len(matrix.output) * CELL + above * LETTER + MARGIN, 1.5)
