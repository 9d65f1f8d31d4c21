"""Memory estimate of a training."""

from __future__ import annotations

from ...runtime.memory import Memory
from ...runtime.parallel import thread_count
from ._kernels import ROW, SOFTMAX, TILE
from .hogwild import SHARDS
from .init import row_width
from .kernel_args import LOSSES
from .options import SPAN
from .subword_rows import subword_rows

FLOAT = 4  # bytes
DRAWN, TREE = 120, 700  # bytes a word while the table of noise, and the tree, are made
DEEP = 64  # nodes on the way to a word in the deepest of trees


def peak_memory(corpus, config, memory: Memory) -> int:
    """Bytes that `trainer.train` holds at most, the ids of the text among them."""
    model, training, V = config.model, config.training, len(corpus.vocab)
    hidden, D = 2 * config.context.window, row_width(model.dim)
    subwords = subword_rows(corpus.vocab, model)
    U, slots = len(subwords.buckets), min(hidden + 1, SPAN) * (model.maxn > 0)
    tables = FLOAT * (2 * V + U + hidden * getattr(model, "position_weights", False)) * D
    result = FLOAT * (V + U) * model.dim
    validated = FLOAT * V * D if model.maxn and (training.valid_pairs or training.valid_questions) else 0
    copies = (SHARDS * tables if training.deterministic else 0) + result * (model.add_context + training.keep_best)
    threads = max(2, thread_count(training.threads))
    outputs = V if LOSSES[model.loss] == SOFTMAX else max(model.negative, DEEP)
    tokens = int(corpus.vocab.counts.sum())
    scratch = threads * (
        FLOAT * (min(SPAN, tokens) * (2 + model.negative) + hidden * (D + 6) + outputs * (hidden * ROW // TILE + 8))
    )
    scratch += threads * FLOAT * (2 * slots * D + V * (model.maxn > 0))
    made = TREE if model.loss == "hs" else DRAWN
    return memory.kept(FLOAT * tokens) + subwords.nbytes + max(made * V, tables + copies + validated + scratch)
