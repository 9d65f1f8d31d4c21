"""The model `gru`: a language model of gated recurrent units (Cho et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained
from .. import cells
from .family import RecurrentLanguageModel
from .options import GatedTraining, LmModel, RecurrentLayers


@dataclass(frozen=True)
class Gru(Pretrained, RecurrentLayers, LmModel):
    """Options of GRUs."""


def cell(model, name, D, H, make):
    """A layer of H units for inputs of D."""
    return cells.gru(model.initializer, name, D, H, make)


MODEL = RecurrentLanguageModel({"text": LmText, "model": Gru, "training": GatedTraining}, cell)
