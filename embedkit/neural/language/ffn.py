"""The model `ffn`: a feed-forward language model, which sees the last few words in their order (Bengio et al. 2003)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .family import NeuralLanguageModel
from .options import LmModel, LmTraining


@dataclass(frozen=True)
class Ffn(Pretrained, LmModel):
    """Options of feed-forward models."""

    order: int = option(5, "a word is predicted from the order - 1 before it", least=2)


MODEL = NeuralLanguageModel("ffn", {"text": LmText, "model": Ffn, "training": LmTraining})
