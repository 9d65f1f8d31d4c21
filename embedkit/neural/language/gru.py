"""The model `gru`: a language model of gated recurrent units (Cho et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText
from .family import NeuralLanguageModel
from .options import GatedTraining, Recurrent


@dataclass(frozen=True)
class Gru(Recurrent):
    """Options of GRUs."""


MODEL = NeuralLanguageModel("gru", {"text": LmText, "model": Gru, "training": GatedTraining})
