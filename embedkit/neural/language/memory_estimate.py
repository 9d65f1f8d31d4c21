"""Memory estimate of a training."""

from __future__ import annotations

import math

from ...io.spool import held
from ...text.stream import Stream
from ..losses.softmax_cross_entropy import CHUNK
from ..parameters import copies, shapes_of
from .network import EMBEDDING

FLOAT = 4  # bytes


def peak_memory(architecture, stream: Stream, config) -> int:
    """Bytes that `fit.train` holds at most, its texts among them."""
    model, training, valid, V = config.model, config.training, stream.valid, len(stream.vocab)
    shapes = shapes_of(lambda make: architecture.build(model, V, make))
    sizes = {name: math.prod(shape) for name, shape in shapes.items()}
    total = sum(sizes.values())
    # The table of words read has gradients for the rows of a window alone, unless it is that of words predicted.
    gradients = total - (0 if model.tie else sizes[EMBEDDING])
    texts = sum(held(text.ids) + 16 * text.tokens for text in (stream, valid) if text is not None)
    rows, row = architecture.footprint(model, training, [shape for shape in shapes.values() if V not in shape])
    buffers = FLOAT * rows * row + min(CHUNK, FLOAT * rows * V)
    # At the end the result is a copy, when gradients are still there.
    return FLOAT * (total * (2 + copies(training, valid is not None)) + gradients) + texts + buffers
