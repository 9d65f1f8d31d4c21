"""An n-gram model in a native file.

log10.N    F32 (G,)  log10 probabilities of the n-grams of order N = 1, 2 …
backoff.N  F32 (G,)  log10 back-off weights, of all orders but the highest
keys.N     I64 (G,)  which words they are (see `model.Level`), of all orders but the first
"""

from __future__ import annotations

import numpy as np

from ...errors import DAMAGED, FormatError
from ...io import container
from ...io.container import Container
from ...io.metadata import column, pack_metadata, unpack_metadata
from ...io.output import Output
from ...text.vocab_tensors import read_vocab, tokenizer_tensors, vocab_tensors
from .model import Level, NgramModel


def save(out: Output, model: NgramModel) -> None:
    """Write the file."""
    tensors, order = {}, len(model.levels)
    for n, level in enumerate(model.levels, 1):
        tensors[f"log10.{n}"] = level.log10
        tensors |= {f"backoff.{n}": level.backoff} if n < order else {}
        tensors |= {f"keys.{n}": level.keys} if n > 1 else {}
    facts = {**model.metadata, "kind": "language-model", "model": "kn", "order": order}
    container.write(out, tensors | vocab_tensors(model.vocab) | tokenizer_tensors(facts), pack_metadata(facts))


def load(stored: Container) -> NgramModel:
    """The model in a native file of this kind, mapped; FormatError where its parts do not fit together."""
    metadata, vocab = unpack_metadata(stored.metadata), read_vocab(stored)
    order = metadata.get("order")
    if type(order) is not int or order < 1:
        raise FormatError(stored.path, f"damaged metadata: order is {order!r}", DAMAGED)
    levels: list[Level] = []
    for n in range(1, order + 1):
        keys = column(stored, f"keys.{n}", np.int64, DAMAGED) if n > 1 else np.arange(len(vocab))
        log10 = column(stored, f"log10.{n}", np.float32, DAMAGED)
        backoff = column(stored, f"backoff.{n}", np.float32, DAMAGED) if n < order else np.zeros(len(keys), np.float32)
        above = len(levels[-1].keys) * len(vocab) if levels else len(vocab)
        if not 0 < len(keys) == len(log10) == len(backoff):
            raise FormatError(stored.path, f"the {n}-grams and their probabilities are not of one number", DAMAGED)
        if keys[0] < 0 or keys[-1] >= above or (keys[1:] <= keys[:-1]).any():
            raise FormatError(stored.path, f"tensor 'keys.{n}' does not name {len(keys)} n-grams", DAMAGED)
        levels.append(Level(keys, log10, backoff))
    model = NgramModel(vocab, levels, metadata)
    if model.eos is None or model.unk is None:
        raise FormatError(stored.path, "<eos> or <unk> is not among its words", DAMAGED)
    return model
