"""The model `lstm`: a language model of long short-term memory (Hochreiter & Schmidhuber 1997; Zaremba et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .. import cells
from .family import RecurrentLanguageModel
from .options import GatedTraining, LmModel, RecurrentLayers


@dataclass(frozen=True)
class Lstm(Pretrained, RecurrentLayers, LmModel):
    """Options of LSTMs."""

    peephole: bool = option(False, "peephole connections (Gers & Schmidhuber 2000)")


def cell(model, name, D, H, make):
    """A layer of H units for inputs of D."""
    return cells.lstm(model.initializer, name, D, H, make, peephole=model.peephole)


MODEL = RecurrentLanguageModel({"text": LmText, "model": Lstm, "training": GatedTraining}, cell)
