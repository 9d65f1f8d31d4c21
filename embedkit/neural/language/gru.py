"""The model `gru`: a language model of gated recurrent units (Cho et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained
from .family import RecurrentLanguageModel
from .options import GatedTraining, LmModel, RecurrentLayers


@dataclass(frozen=True)
class Gru(Pretrained, RecurrentLayers, LmModel):
    """Options of GRUs."""


def cell(model, name, D, H, make):
    """A layer of H units for inputs of D."""
    from ..layers.gru import GRU
    from .network import zeros
    from .recurrent import weights

    return GRU(*weights(GRU.GATES, model, name, D, H, make), make(f"{name}.c", (H,), zeros))


MODEL = RecurrentLanguageModel({"text": LmText, "model": Gru, "training": GatedTraining}, cell)
