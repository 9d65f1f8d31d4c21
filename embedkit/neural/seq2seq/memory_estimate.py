"""Memory estimate of a training."""

from __future__ import annotations

import math

from ...runtime.parallel import thread_count
from ...text.pairs import Pairs
from ..layers.memory.plain import KEPT
from ..parameters import copies, shapes_of
from .network import build
from .options import MEMORY_ROWS, MEMORY_WIDTH
from .shards import parts_of

FLOAT = 4  # bytes
ROW_VECTORS = 2 + KEPT  # of the memory: weights of two heads, and what is kept for the way back
STEPS = 12  # arrays of each layer's width that a step keeps for the way back, about


def peak_memory(pairs: Pairs, config) -> int:
    """Bytes that `fit.train` holds at most, its pairs among them."""
    model, training = config.model, config.training
    total = parameters(pairs, config)
    texts = sum(4 * part.tokens + 16 * len(part) for part in (pairs, pairs.valid) if part is not None)
    S, T = int(pairs.sources.lengths.max()), int(pairs.targets.lengths.max()) + 1
    B, width = min(training.batch_size, len(pairs)), model.layers * model.hidden
    both = 2 if model.bidirectional else 1
    if model.cell == "ntm":  # the whole memory at every step, and vectors of its rows
        rows, numbers = model.memory_rows or MEMORY_ROWS, model.memory_width or MEMORY_WIDTH
        width += rows * (numbers + ROW_VECTORS) // STEPS
    buffers = B * (STEPS * width * (both * S + T) + T * (4 * S + 2 * len(pairs.vocab)))
    parts = parts_of(model, training, thread_count(training.threads))
    return FLOAT * (total * (2 + parts + copies(training, pairs.valid is not None)) + buffers) + texts


def parameters(pairs: Pairs, config) -> int:
    """The number of parameters."""
    sizes = len(pairs.source.vocab), len(pairs.target.vocab), config.text.share_vocab
    return sum(map(math.prod, shapes_of(lambda make: build(config.model, *sizes, make)).values()))
