"""Figures of weights between tokens: what panels of squares, darker the larger their weight, have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from . import fonts
from .draw import image

LETTER = 0.09  # inches of a letter of a label
MARGIN = 0.7  # of the names of the axes
BAR = 0.9  # of the scale of colours
LARGEST = 40.0  # width and height of a figure


def render(fill: Callable, tokens: Iterable[str], format: str, size: tuple[float, float], dpi: int) -> bytes:
    """A file in one of `files.FORMATS`: `fill(canvas)` draws on a matplotlib Figure, labelled with `tokens`.

    `size` is width and height in inches, `dpi` the dots per inch of a png. EmbedkitError where matplotlib, or, but for
    an svg, a font with the characters of the tokens is missing.
    """

    def drawn():
        from matplotlib import rcParams
        from matplotlib.figure import Figure as Canvas

        rcParams.update({"axes.grid": False, "axes.spines.top": True, "axes.spines.right": True})
        if format != "svg":
            rcParams["font.family"] = fonts.families("".join(tokens))
        canvas = Canvas(size, layout="constrained")
        fill(canvas)
        return canvas

    return image(drawn, format, dpi)


def squares(axes, weights: np.ndarray, columns: Sequence[str], name: str, aspect: str):
    """The matrix of `weights` between 0 and 1, with its columns labelled above, and that axis named."""
    # "none" leaves a vector format one pixel for each weight, which every size shows as a square.
    drawn = axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect=aspect, interpolation="none")
    axes.set_xticks(range(len(columns)), map(label, columns))
    axes.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(name)
    return drawn


def scale(canvas, drawn, axes, name: str) -> None:
    """The scale of colours of `drawn`, beside `axes`."""
    canvas.colorbar(drawn, ax=axes, label=name, shrink=0.7, ticks=(0, 0.5, 1))


def label(token: str) -> str:
    """A token as text, in which each $ is its own, not of a formula."""
    return token.replace("$", r"\$")


def fitting(width: float, height: float) -> tuple[float, float]:
    """The size of a figure that takes so many inches, or the largest there is."""
    return min(width, LARGEST), min(height, LARGEST)
