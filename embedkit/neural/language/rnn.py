"""The model `rnn`: a language model of simple recurrent layers (Elman 1990; Mikolov et al. 2010)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .. import cells
from .family import RecurrentLanguageModel
from .options import LmModel, RecurrentLayers, RecurrentTraining


@dataclass(frozen=True)
class Rnn(Pretrained, RecurrentLayers, LmModel):
    """Options of RNNs."""

    activation: str = option("tanh", "activation function", choices=("tanh", "relu"))


def cell(model, name, D, H, make):
    """A layer of H units for inputs of D."""
    return cells.rnn(model.initializer, name, D, H, make, activation=model.activation)


MODEL = RecurrentLanguageModel({"text": LmText, "model": Rnn, "training": RecurrentTraining}, cell)
