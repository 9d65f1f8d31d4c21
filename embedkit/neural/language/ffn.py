"""The model `ffn`: a feed-forward language model, which sees the last few words in their order (Bengio et al. 2003)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .options import LmModel, LmTraining
from .options import check as check


@dataclass(frozen=True)
class Ffn(Pretrained, LmModel):
    """Options of feed-forward models."""

    order: int = option(5, "a word is predicted from the order - 1 before it", least=2)


SECTIONS = {"text": LmText, "model": Ffn, "training": LmTraining}


def train(stream, config, run, valid=None):
    """A `store.Trained` model from a `Stream`; see `fit.train`."""
    from . import fit

    return fit.train("ffn", stream, config, run, valid)


def peak_memory(stream, config, valid=None):
    """Bytes that `train` holds at most; see `size.peak_memory`."""
    from . import memory_estimate as size

    return size.peak_memory("ffn", stream, config, valid)


def load(container, threads=None):
    """The `model.LanguageModel` in a native file; see `store.load`."""
    from . import store

    return store.load(container, threads)
