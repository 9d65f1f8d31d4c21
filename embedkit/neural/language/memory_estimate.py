"""Memory estimate of a training."""

from __future__ import annotations

import math

import numpy as np

from ...io.spool import held
from ...text.stream import Stream
from ...training.optim import OPTIMIZERS
from ...training.param import Param
from ..losses.softmax_cross_entropy import CHUNK
from .network import EMBEDDING, build

FLOAT = 4  # bytes


def peak_memory(architecture, stream: Stream, config) -> int:
    """Bytes that `fit.train` holds at most, its texts among them."""
    model, training, valid, V = config.model, config.training, stream.valid, len(stream.vocab)
    shapes = parameters(architecture, model, V)
    sizes = {name: math.prod(shape) for name, shape in shapes.items()}
    total = sum(sizes.values())
    # The table of words read has gradients for the rows of a window alone, unless it is that of words predicted.
    gradients = total - (0 if model.tie else sizes[EMBEDDING])
    copies = len(OPTIMIZERS[training.optimizer].slots) + (training.optimizer == "nt-asgd") + (valid is not None)
    texts = sum(held(text.ids) + 16 * text.tokens for text in (stream, valid) if text is not None)
    window = training.batch_size * training.bptt
    # Forward and back, each layer holds its gates, what goes in, what comes out, and the gradients of these.
    widths = sum(max(shape) for shape in shapes.values() if len(shape) == 2 and V not in shape)
    buffers = FLOAT * window * (widths + 8 * max(model.embed, model.hidden)) + min(CHUNK, FLOAT * window * V)
    # At the end the result is a copy, when gradients are still there.
    return FLOAT * (total * (2 + copies) + gradients) + texts + buffers


def parameters(architecture, model, V: int) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by its name; see `network.build`."""
    shapes, nothing = {}, np.empty(0, np.float32)

    def make(name: str, shape: tuple[int, ...], initializer) -> Param:
        shapes[name] = shape
        return Param(name, nothing)

    build(architecture, model, V, make)
    return shapes
