"""The model `rnn`: a language model of simple recurrent layers (Elman 1990; Mikolov et al. 2010)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, option
from .family import NeuralLanguageModel
from .options import Recurrent, RecurrentTraining


@dataclass(frozen=True)
class Rnn(Recurrent):
    """Options of RNNs."""

    activation: str = option("tanh", "what the sums of a layer go through", choices=("tanh", "relu"))


MODEL = NeuralLanguageModel("rnn", {"text": LmText, "model": Rnn, "training": RecurrentTraining})
