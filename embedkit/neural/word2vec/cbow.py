"""The model `cbow`: the mean of a window's words predicts its centre (Mikolov et al. 2013)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Pretrained, Text, option
from .model import Word2vecModel
from .options import Windows, Word2vec, Word2vecEpochs


@dataclass(frozen=True)
class Cbow(Pretrained, Word2vec):
    """Options of CBOW."""

    combine: str = option("mean", "combination of the context vectors", choices=("mean", "sum"))
    cbow_gradient: str = option(
        "word2vec",
        "gradient of each context word: the whole, as word2vec, or its share (İrsoy et al. 2021)",
        choices=("word2vec", "divided"),
    )
    position_weights: bool = option(False, "position-dependent weights (Mikolov et al. 2018)")


@dataclass(frozen=True)
class CbowEpochs(Word2vecEpochs):
    """Skip-gram's, with another learning rate."""

    lr: float = option(0.06, "initial learning rate; decays linearly to 1/10000 of it", above=0)


MODEL = Word2vecModel("cbow", {"text": Text, "context": Windows, "model": Cbow, "training": CbowEpochs})
