"""The model `gru`: a language model of gated recurrent units (Cho et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText
from .options import GatedTraining, Recurrent
from .options import check as check


@dataclass(frozen=True)
class Gru(Recurrent):
    """Options of GRUs."""


SECTIONS = {"text": LmText, "model": Gru, "training": GatedTraining}


def train(stream, config, run, valid=None):
    """A `store.Trained` model from a `Stream`; see `fit.train`."""
    from . import fit

    return fit.train("gru", stream, config, run, valid)


def peak_memory(stream, config, valid=None):
    """Bytes that `train` holds at most; see `size.peak_memory`."""
    from . import memory_estimate as size

    return size.peak_memory("gru", stream, config, valid)


def load(container, threads=None):
    """The `model.LanguageModel` in a native file; see `store.load`."""
    from . import store

    return store.load(container, threads)
