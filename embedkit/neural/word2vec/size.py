"""What training takes in memory, told before it begins."""

from __future__ import annotations

from ...memory import Memory
from ...parallel import thread_count
from .plan import LOSSES, SOFTMAX
from .schedule import SHARDS, SPAN
from .start import row_width

FLOAT = 4  # bytes
DRAWN, TREE = 120, 700  # bytes a word while the table of noise, and the tree, are made


def peak_memory(corpus, config, memory: Memory) -> int:
    """Bytes that `trainer.train` holds at most, the ids of the text among them."""
    model, training, V = config.model, config.training, len(corpus.vocab)
    tables = 2 * FLOAT * V * row_width(model.dim)
    result = FLOAT * V * model.dim
    copies = (SHARDS * tables if training.deterministic else 0) + result * (model.add_context + training.keep_best)
    threads = max(2, thread_count(training.threads))
    outputs = V if LOSSES[model.loss] == SOFTMAX else 0
    tokens = int(corpus.vocab.counts.sum())
    scratch = threads * (
        FLOAT * min(SPAN, tokens) * (2 + model.negative) + FLOAT * outputs * (2 * config.context.window + 8)
    )
    made = TREE if model.loss == "hs" else DRAWN
    return memory.kept(FLOAT * tokens) + max(made * V, tables + copies + scratch)
