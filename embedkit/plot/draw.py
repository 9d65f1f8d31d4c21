"""Drawing with matplotlib: files of figures, and curves; the same curves give the same bytes."""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Callable, Sequence

from ..errors import EmbedkitError
from .figures import Curve, Figure

# Okabe & Ito (2008): told apart by all kinds of colour vision, and on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "pdf.fonttype": 42,  # whole glyphs, which viewers find and copy as text
    "svg.fonttype": "none",  # text stays text: small, searchable, in any script
    "svg.hashsalt": "embedkit",
}
UNDATED = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
}
FEW = 25  # points in each curve that get marks; a curve of one point is nothing but its mark


def render(figure: Figure, curves: Sequence[Curve], format: str, size: tuple[float, float], dpi: int) -> bytes:
    """A file in one of `files.FORMATS`: `size` is width and height in inches, `dpi` the dots per inch of a png.

    EmbedkitError where matplotlib is missing.
    """
    return image(lambda: _drawn(figure, curves, size), format, dpi)


def image(draw: Callable, format: str, dpi: int) -> bytes:
    """The file, in one of `files.FORMATS`, of the matplotlib figure that `draw` makes, which may change settings; see
    `render`."""
    # What it says of fonts and caches is nothing that people who want a figure can use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from matplotlib import style
    except ImportError as error:
        raise EmbedkitError(f"plot needs matplotlib: {error}", "pip install matplotlib") from error

    made = io.BytesIO()
    with style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a script that no font has, a size too small for its labels
        draw().savefig(made, format=format, dpi=dpi, metadata=UNDATED[format])
    return made.getvalue()


def _drawn(figure: Figure, curves: Sequence[Curve], size: tuple[float, float]):
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import MaxNLocator

    canvas = Canvas(size, layout="constrained")
    axes = canvas.subplots()
    is_sparse = max(len(curve.points) for curve in curves) <= FEW
    is_one_log = len({curve.log for curve in curves}) == 1
    lines = []
    for curve in curves:
        colour, dash = (curve.part, 0) if is_one_log else (curve.log, curve.part)
        xs, ys = zip(*curve.points)
        lines += axes.plot(
            xs,
            # A logarithm has no place for 0: a gradient that has vanished ends its curve.
            [y if y > 1e-100 or not figure.logarithmic else math.nan for y in ys],
            color=COLOURS[colour % len(COLOURS)],
            linestyle=DASHES[(dash + colour // len(COLOURS)) % len(DASHES)],
            marker="o" if is_sparse or len(xs) == 1 else None,
            markersize=3.5,
        )
    axes.set_xlabel(figure.x)
    axes.set_ylabel(figure.y)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=(1, 2, 5, 10)))
    if figure.logarithmic:
        _scale(axes)
    if len(curves) > 1:
        # Each $ is one of a file's name, not of a formula.
        axes.legend(lines, [curve.label.replace("$", r"\$") for curve in curves], ncols=math.ceil(len(curves) / 8))
    return canvas


def _scale(axes) -> None:
    """A logarithmic y axis: powers of ten where it spans many, plain numbers where it does not."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high / low < 1e3:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low > 20 else (1, 1.5, 2, 3, 4, 5, 7)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
