"""Figures of self-attention by layer and head: for each token the weights with which it reads the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import heatmap
from .heatmap import BAR, LETTER, MARGIN

CELL = 0.17  # inches of a token
LEAST = 1.1  # of a panel
GAP = 0.15  # between two panels
MOST = 64  # tokens, of whose labels a reader can tell one from the next


class LayerHeads(NamedTuple):
    """T tokens of a sequence, and the attention weights (heads, T, T) of each layer, whose rows, of queries, add up to
    1."""

    tokens: Sequence[str]
    layers: Sequence[np.ndarray]


def render_heads(found: LayerHeads, format: str, size: tuple[float, float] | None, dpi: int) -> bytes:
    """A file in one of `draw.FORMATS` with a panel for each head, a row of panels for each layer; otherwise as
    `attention.render_attention`. Queries are from top to bottom, keys from left to right."""
    tokens, blank = list(found.tokens), [""] * len(found.tokens)

    def fill(canvas) -> None:
        axes = canvas.subplots(len(found.layers), len(found.layers[0]), squeeze=False)
        for row, (panels, heads) in enumerate(zip(axes, found.layers)):
            for column, (panel, weights) in enumerate(zip(panels, heads)):
                drawn = heatmap.squares(
                    panel, weights, blank if row else tokens, "" if row else f"head {column + 1}", "equal"
                )
                panel.tick_params("x", rotation=90)
                panel.set_yticks(range(len(tokens)), blank if column else map(heatmap.label, tokens))
            panels[0].set_ylabel(f"layer {row + 1}")
        heatmap.scale(canvas, drawn, axes, "attention weight")

    return heatmap.render(fill, tokens, format, size or _needed(found), dpi)


def _needed(found: LayerHeads) -> tuple[float, float]:
    """Width and height that all panels take."""
    panel, letters = max(len(found.tokens) * CELL, LEAST) + GAP, max(map(len, found.tokens)) * LETTER
    rows, columns = len(found.layers), len(found.layers[0])
    return heatmap.fitting(columns * panel + letters + MARGIN + BAR, rows * panel + letters + MARGIN)
