"""Figures of agglomerative clusterings: a tree of merges, with the words at its leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import EmbedkitError
from . import heatmap
from .draw import COLOURS

MOST = 200  # leaves
LINE = 0.17  # inches of a leaf
BRANCHES = 4.5


def render_dendrogram(
    merges: np.ndarray,
    words: Sequence[str],
    clusters: np.ndarray,
    name: str,
    format: str,
    size: tuple[float, float] | None,
    dpi: int,
) -> bytes:
    """A file in one of `files.FORMATS` of the tree `merges` (n - 1, 4), as SciPy has it, over n `words`.

    Branches within one of `clusters` (n,) have one colour. `name` is that of the axis of distances; `size` is width and
    height in inches, by default what the words take. EmbedkitError where there are too many, or matplotlib is missing.
    """
    if len(words) > MOST:
        raise EmbedkitError(f"a dendrogram of {len(words):,} words; {MOST} is the most", f"--restrict-vocab {MOST}")
    order, branches = _layout(merges, clusters)
    widest = max(map(len, words)) * heatmap.LETTER + heatmap.MARGIN

    def fill(canvas) -> None:
        axes = canvas.subplots()
        for cluster, xs, ys in branches:
            colour = "#888888" if cluster < 0 else COLOURS[cluster % len(COLOURS)]
            axes.plot(xs, ys, color=colour, linewidth=1.2, solid_joinstyle="miter")
        axes.set_yticks(range(len(words)), [heatmap.label(words[i]) for i in order])
        axes.tick_params("y", length=0)
        axes.set_ylim(len(words) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel(name)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)

    needed = heatmap.fitting(BRANCHES + widest, max(1.5, len(words) * LINE + heatmap.MARGIN))
    return heatmap.render(fill, words, format, size or needed, dpi)


def _layout(merges: np.ndarray, clusters: np.ndarray) -> tuple[list[int], list[tuple]]:
    """The leaves from top to bottom, and of every merge its cluster, -1 above them, and its line of four points."""
    n = len(merges) + 1
    leaves = [[i] for i in range(n)]
    for left, right, *_ in merges:
        leaves.append(leaves[int(left)] + leaves[int(right)])
    order = leaves[-1]
    places = np.empty(2 * n - 1)
    places[order] = np.arange(n)
    of, heights = [int(cluster) for cluster in clusters], [0.0] * n
    branches = []
    for step, (left, right, height, _) in enumerate(merges):
        a, b = int(left), int(right)
        of.append(of[a] if of[a] == of[b] else -1)
        xs, ys = (heights[a], height, height, heights[b]), (places[a], places[a], places[b], places[b])
        branches.append((of[-1], xs, ys))
        heights.append(height)
        places[n + step] = (places[a] + places[b]) / 2
    return order, branches
