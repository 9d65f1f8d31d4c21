"""Labels of points that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

GAP = 4.0  # points between a point and its label
SIZE = 9  # of the font
# Where a label may stand beside its point, the best first: the share of its width and height that is to the right of
# and above the point, and the direction in which it keeps its distance.
SIDES = (
    (0.0, -0.5, 1, 0),
    (-1.0, -0.5, -1, 0),
    (-0.5, 0.0, 0, 1),
    (-0.5, -1.0, 0, -1),
    (0.0, 0.0, 0.7, 0.7),
    (-1.0, 0.0, -0.7, 0.7),
    (0.0, -1.0, 0.7, -0.7),
    (-1.0, -1.0, -0.7, -0.7),
)
DISTANCES = (1.0, 3.0, 6.0, 10.0, 15.0)  # of GAP; from the second on a line leads to the point
DOT = 5.0  # width and height of a point that no label should cover
FAR = 0.2  # of a label's own area, what each step away from its point costs


def place(canvas, axes, points: np.ndarray, labels: Sequence[str], lines: np.ndarray) -> None:
    """Write `labels` beside `points` (n, 2), in data coordinates of `axes`: one after another where they cover least of
    the labels before them, of the points, of points (m, 2) of `lines`, and of what lies outside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(canvas).get_renderer()
    canvas.draw_without_rendering()
    scale = 72 / canvas.dpi  # pixels to points
    at = axes.transData.transform(points) * scale
    frame = axes.get_window_extent(renderer).extents * scale
    seen = np.vstack([at, axes.transData.transform(lines.reshape(-1, 2)) * scale])
    dots = np.hstack([seen - DOT / 2, seen + DOT / 2])
    taken = np.empty((0, 4))
    for i, label in enumerate(labels):
        text = axes.text(0, 0, label, fontsize=SIZE)
        extent = text.get_window_extent(renderer)
        text.remove()
        boxes, steps = _boxes(at[i], extent.width * scale, extent.height * scale)
        area = extent.width * extent.height * scale**2
        cost = _overlaps(boxes, taken) * 2 + _overlaps(boxes, np.delete(dots, i, 0)) + FAR * area * steps
        cost += area - _overlaps(boxes, frame[None])
        best = int(cost.argmin())
        taken = np.vstack([taken, boxes[best]])
        far = {"arrowstyle": "-", "color": "#bbbbbb", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
        axes.annotate(
            label,
            points[i],
            boxes[best, :2] - at[i],
            textcoords="offset points",
            fontsize=SIZE,
            va="bottom",
            annotation_clip=False,
            arrowprops={**far, "relpos": _side(boxes[best], at[i])} if steps[best] else None,
            zorder=3,
        )


def _boxes(point: np.ndarray, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """All places of a label: (m, 4) left, bottom, right and top, and how many steps each is away (m,)."""
    sides = np.array(SIDES)
    found = [point + sides[:, :2] * (width, height) + sides[:, 2:] * GAP * distance for distance in DISTANCES]
    corners = np.vstack(found)
    return np.hstack([corners, corners + (width, height)]), np.repeat(np.arange(len(DISTANCES)), len(SIDES))


def _overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(m,) area that each of `boxes` (m, 4) has in common with all of `others` (n, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.prod(np.maximum(high - low, 0), axis=2).sum(1)


def _side(box: np.ndarray, point: np.ndarray) -> tuple[float, float]:
    """The place on a label, in shares of its width and height, that is nearest to its point."""
    size = np.maximum(box[2:] - box[:2], 1e-9)
    x, y = np.clip((point - box[:2]) / size, 0, 1)
    return float(x), float(y)
