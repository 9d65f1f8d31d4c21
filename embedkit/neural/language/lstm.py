"""The model `lstm`: a language model of long short-term memory (Hochreiter & Schmidhuber 1997; Zaremba et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, option
from .family import NeuralLanguageModel
from .options import GatedTraining, Recurrent


@dataclass(frozen=True)
class Lstm(Recurrent):
    """Options of LSTMs."""

    peephole: bool = option(False, "let gates see the cells (Gers & Schmidhuber 2000)")


MODEL = NeuralLanguageModel("lstm", {"text": LmText, "model": Lstm, "training": GatedTraining})
