"""Contextual vectors of lines: the hidden states of their tokens, pooled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import OptionError
from ..lines import Line
from .protocol import MaskedModel

POOLINGS = ("mean", "max", "first")
LINES = 256  # whose states are there at a time


def sentence_vectors(
    model: MaskedModel, lines: Sequence[Line], pooling: str = "mean", layer: int | None = None
) -> np.ndarray:
    """(n, D) float32, of each line with tokens its hidden states after block `layer`, by default the last: their mean,
    their maximum, or the "first" alone, that at the `<eos>` before the line.

    A line that is longer than the model's context is read in parts of about one length. OptionError where the model has
    no such layer.
    """
    layer = model.layers if layer is None else layer
    if not 0 <= layer <= model.layers:
        raise OptionError(f"--layer {layer}: the model has layers 1 to {model.layers}; 0 is below the first")
    if pooling not in POOLINGS:
        raise OptionError(f"no pooling {pooling!r}: there are {', '.join(POOLINGS)}")
    rows = []
    for at in range(0, len(lines), LINES):
        rows += _together(model, lines[at : at + LINES], pooling, layer)
    return np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _together(model: MaskedModel, lines: Sequence[Line], pooling: str, layer: int) -> list[np.ndarray]:
    parts, owners = [], []
    for number, line in enumerate(lines):
        count = -(-len(line.ids) // model.room)
        parts += np.array_split(line.ids, count)
        owners += [number] * count
    states: list[list[np.ndarray]] = [[] for _ in lines]
    for number, H in zip(owners, model.hidden(parts, layer)):
        states[number].append(H)
    return [_pooled(H, pooling) for H in states]


def _pooled(parts: list[np.ndarray], pooling: str) -> np.ndarray:
    if pooling == "first":
        return parts[0][0]
    tokens = np.concatenate([H[1:] for H in parts])
    return tokens.max(axis=0) if pooling == "max" else tokens.mean(axis=0, dtype=np.float32)
