"""Figures of words in a plane, with arrows between the words of pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import heatmap
from .draw import COLOURS
from .labels import place
from .project import Plane

MOST = 1000  # words
STEPS = 40  # points of an arrow that labels should not cover
SMALLEST, LARGEST = 5.0, 14.0  # inches, by the number of words
MARGINS = 0.75, 0.5, 0.12  # inches to the left, below, and at the other sides
PLAIN, FROM, TO = COLOURS[0], COLOURS[0], COLOURS[1]


def render_words(
    plane: Plane,
    words: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    format: str,
    size: tuple[float, float] | None,
    dpi: int,
) -> bytes:
    """A file in one of `files.FORMATS` of `words` at their places, with an arrow from one word to the other of each of
    `pairs`, which are places in `words`.

    `size` is width and height in inches, by default what the words take; `dpi` the dots per inch of a png.
    EmbedkitError where matplotlib, or, but for an svg, a font with the characters of the words is missing.
    """
    side = float(np.clip(1.2 * len(words) ** 0.5, SMALLEST, LARGEST))

    def fill(canvas) -> None:
        canvas.set_layout_engine("none")
        axes = canvas.subplots(gridspec_kw=_margins(*canvas.get_size_inches()))
        # Distances along both axes are the same, so that directions can be compared.
        axes.set_aspect("equal", adjustable="datalim")
        colours = [PLAIN] * len(words)
        for start, end in pairs:
            colours[start], colours[end] = FROM, TO
        axes.scatter(*plane.places.T, s=14, c=colours, linewidths=0, zorder=2)
        axes.margins(0.12)
        for start, end in pairs:
            axes.annotate("", plane.places[end], plane.places[start], arrowprops=ARROW, zorder=1)
        for set_name, name in zip((axes.set_xlabel, axes.set_ylabel), plane.axes):
            set_name(name)
        axes.tick_params(labelsize=8)
        steps = np.linspace(0, 1, STEPS)[:, None]
        lines = [plane.places[a] * (1 - steps) + plane.places[b] * steps for a, b in pairs]
        place(canvas, axes, plane.places, [heatmap.label(word) for word in words], np.array(lines))

    return heatmap.render(fill, words, format, size or (side * 1.2, side), dpi)


def _margins(width: float, height: float) -> dict[str, float]:
    left, below, other = MARGINS
    return {"left": left / width, "bottom": below / height, "right": 1 - other / width, "top": 1 - other / height}


ARROW = {"arrowstyle": "->", "color": "#888888", "linewidth": 0.9, "shrinkA": 2, "shrinkB": 2, "mutation_scale": 9}
