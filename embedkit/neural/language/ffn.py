"""The model `ffn`: a feed-forward language model, which sees the last few words in their order (Bengio et al. 2003)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, option
from .family import NeuralLanguageModel
from .options import FeedForwardTraining, LmModel


@dataclass(frozen=True)
class Ffn(Pretrained, LmModel):
    """Options of feed-forward models."""

    order: int = option(5, "n-gram order (context = order - 1 words)", least=2)


class FeedForward(NeuralLanguageModel):
    """The words before, side by side, through one hidden layer (Bengio et al. 2003, equation 1 without W)."""

    def hidden_layers(self, model, between, make):
        from ...training.initializers import of_layer, zeros
        from ..layers.linear import Linear
        from ..layers.tanh import Tanh
        from ..layers.window import Window

        D, H = (model.order - 1) * model.embed, model.hidden
        W, b = make("layer1.W", (D, H), of_layer(model.initializer)), make("layer1.b", (H,), zeros)
        return [Window(model.order - 1), Linear(W, b), Tanh()]


MODEL = FeedForward({"text": LmText, "model": Ffn, "training": FeedForwardTraining})
