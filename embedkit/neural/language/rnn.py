"""The model `rnn`: a language model of simple recurrent layers (Elman 1990; Mikolov et al. 2010)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, option
from .options import Recurrent, RecurrentTraining
from .options import check as check


@dataclass(frozen=True)
class Rnn(Recurrent):
    """Options of RNNs."""

    activation: str = option("tanh", "what the sums of a layer go through", choices=("tanh", "relu"))


SECTIONS = {"text": LmText, "model": Rnn, "training": RecurrentTraining}


def train(stream, config, run, valid=None):
    """A `store.Trained` model from a `Stream`; see `fit.train`."""
    from . import fit

    return fit.train("rnn", stream, config, run, valid)


def peak_memory(stream, config, valid=None):
    """Bytes that `train` holds at most; see `size.peak_memory`."""
    from . import memory_estimate as size

    return size.peak_memory("rnn", stream, config, valid)


def load(container, threads=None):
    """The `model.LanguageModel` in a native file; see `store.load`."""
    from . import store

    return store.load(container, threads)
