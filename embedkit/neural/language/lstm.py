"""The model `lstm`: a language model of long short-term memory (Hochreiter & Schmidhuber 1997; Zaremba et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .family import RecurrentLanguageModel
from .options import GatedTraining, LmModel, RecurrentLayers

FORGET = 1.0  # bias of the forget gate, so that cells remember at first (Jozefowicz et al. 2015)


@dataclass(frozen=True)
class Lstm(Pretrained, RecurrentLayers, LmModel):
    """Options of LSTMs."""

    peephole: bool = option(False, "peephole connections (Gers & Schmidhuber 2000)")


def cell(model, name, D, H, make):
    """A layer of H units for inputs of D."""
    from ..layers.lstm import LSTM
    from .network import zeros
    from .recurrent import weights

    def bias(rng, shape):
        b = zeros(rng, shape)
        b[H : 2 * H] = FORGET
        return b

    params = weights(LSTM.GATES, model, name, D, H, make, bias)
    return LSTM(*params, make(f"{name}.peephole", (3, H), zeros) if model.peephole else None)


MODEL = RecurrentLanguageModel({"text": LmText, "model": Lstm, "training": GatedTraining}, cell)
