"""Memory estimate of a training."""

from __future__ import annotations

import math

from ...io.spool import held
from ...text.stream import Stream
from ..losses.softmax_cross_entropy import CHUNK
from ..parameters import copies, shapes_of
from .network import EMBEDDING, build

FLOAT = 4  # bytes


def peak_memory(architecture, stream: Stream, config) -> int:
    """Bytes that `fit.train` holds at most, its texts among them."""
    model, training, valid, V = config.model, config.training, stream.valid, len(stream.vocab)
    shapes = shapes_of(lambda make: build(architecture, model, V, make))
    sizes = {name: math.prod(shape) for name, shape in shapes.items()}
    total = sum(sizes.values())
    # The table of words read has gradients for the rows of a window alone, unless it is that of words predicted.
    gradients = total - (0 if model.tie else sizes[EMBEDDING])
    texts = sum(held(text.ids) + 16 * text.tokens for text in (stream, valid) if text is not None)
    window = training.batch_size * training.bptt
    # Forward and back, each layer holds its gates, what goes in, what comes out, and the gradients of these.
    widths = sum(max(shape) for shape in shapes.values() if len(shape) == 2 and V not in shape)
    buffers = FLOAT * window * (widths + 8 * max(model.embed, model.hidden)) + min(CHUNK, FLOAT * window * V)
    # At the end the result is a copy, when gradients are still there.
    return FLOAT * (total * (2 + copies(training, valid is not None)) + gradients) + texts + buffers
