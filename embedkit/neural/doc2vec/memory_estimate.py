"""Memory estimate of a training."""

from __future__ import annotations

from ...runtime.memory import Memory
from ...runtime.parallel import thread_count
from ..word2vec._kernels import ROW, TILE
from ..word2vec.hogwild import SHARDS
from ..word2vec.init import row_width
from ..word2vec.memory_estimate import DEEP, DRAWN, FLOAT, TREE
from ..word2vec.options import SPAN
from .options import has_output_words


def peak_memory(text, config, memory: Memory) -> int:
    """Bytes that `trainer.train` holds at most, the ids of the text among them."""
    model, training, V = config.model, config.training, len(text.vocab)
    D, hidden, tokens = row_width(model.dim), 2 * config.context.window + 2, len(text.ids)
    tables = FLOAT * D * ((1 if has_output_words(model) else 2) * V + len(text.names))
    copies = SHARDS * tables if training.deterministic else 0
    outputs = max(model.negative, DEEP)
    scratch = max(2, thread_count(training.threads)) * (
        FLOAT * (min(SPAN, tokens) * (2 + model.negative) + hidden * (D + 6) + outputs * (hidden * ROW // TILE + 8))
    )
    made = TREE if model.loss == "hs" else DRAWN
    return FLOAT * tokens + max(made * V, tables + copies + scratch)
