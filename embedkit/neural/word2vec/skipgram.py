"""The model `skipgram`: every word of a window predicts its centre (Mikolov et al. 2013)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Pretrained, Text
from .model import Word2vecModel
from .options import Windows, Word2vec, Word2vecEpochs


@dataclass(frozen=True)
class Skipgram(Pretrained, Word2vec):
    """Options of skip-gram."""


MODEL = Word2vecModel("skipgram", {"text": Text, "context": Windows, "model": Skipgram, "training": Word2vecEpochs})
