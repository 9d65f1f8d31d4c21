"""The model `lstm`: a language model of long short-term memory (Hochreiter & Schmidhuber 1997; Zaremba et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, option
from .options import GatedTraining, Recurrent
from .options import check as check


@dataclass(frozen=True)
class Lstm(Recurrent):
    """Options of LSTMs."""

    peephole: bool = option(False, "let gates see the cells (Gers & Schmidhuber 2000)")


SECTIONS = {"text": LmText, "model": Lstm, "training": GatedTraining}


def train(stream, config, run, valid=None):
    """A `store.Trained` model from a `Stream`; see `fit.train`."""
    from . import fit

    return fit.train("lstm", stream, config, run, valid)


def peak_memory(stream, config, valid=None):
    """Bytes that `train` holds at most; see `size.peak_memory`."""
    from . import memory_estimate as size

    return size.peak_memory("lstm", stream, config, valid)


def load(container, threads=None):
    """The `model.LanguageModel` in a native file; see `store.load`."""
    from . import store

    return store.load(container, threads)
