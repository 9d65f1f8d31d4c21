"""The model `skipgram`: every word of a window predicts its centre (Mikolov et al. 2013)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Pretrained, Text
from .options import Epochs, Windows, Word2vec
from .options import check as check


@dataclass(frozen=True)
class Skipgram(Pretrained, Word2vec):
    """Options of skip-gram."""


SECTIONS = {"text": Text, "context": Windows, "model": Skipgram, "training": Epochs}


def train(corpus, config, run):
    """`Vectors` (V, dim) from a `Corpus`; see `trainer.train`."""
    from . import _kernels, trainer

    return trainer.train(_kernels.skipgram, corpus, config, run)


def peak_memory(corpus, config, memory):
    """Bytes that `train` holds at most; see `size.peak_memory`."""
    from . import memory_estimate as size

    return size.peak_memory(corpus, config, memory)
