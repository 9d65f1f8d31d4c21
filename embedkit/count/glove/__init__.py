"""The model `glove`: vectors whose products are the logarithms of co-occurrence counts (Pennington et al. 2014)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Context, Epochs, Pretrained, Text, check_freeze, check_keep_best, option
from ...errors import EmbedkitError, OptionError
from ..reading import CountModel


@dataclass(frozen=True)
class GloveContext(Context):
    """The context window of the paper."""

    window: int = option(10, "context words to each side", least=1)


@dataclass(frozen=True)
class LeastSquares:
    """Dimensions, and the weighting function f(X) = min(1, (X / x_max)**alpha) of a count X."""

    dim: int = option(100, "dimensions", least=1)
    x_max: float = option(10.0, "counts from here on have weight 1 (the paper: 100, of billions of words)", above=0)
    alpha: float = option(0.75, "exponent of the weight of smaller counts, (X/x_max)**alpha", least=0)
    grad_clip: float = option(100.0, "clip each component of a gradient to this size", above=0)
    add_context: bool = option(True, "add each word's context vector to its vector (w + c)")


@dataclass(frozen=True)
class Glove(Pretrained, LeastSquares):
    """Options of GloVe."""


@dataclass(frozen=True)
class GloveEpochs(Epochs):
    """AdaGrad's learning rate, which is not lowered from outside."""

    epochs: int = option(15, "epochs (iterations over all counts)", least=1)
    lr: float = option(0.05, "learning rate of AdaGrad (eta)", above=0)
    deterministic: bool = option(False, "same bytes with any number of threads: GloVe always gives them")


class GloveModel(CountModel):
    """`Vectors` (V, dim) with their context vectors and biases."""

    resumable = True

    def check(self, config):
        check_freeze(config.model)
        check_keep_best(config.training)
        if config.model.freeze and config.model.add_context:
            raise OptionError("--freeze keeps word vectors, but their sums with context vectors are written: "
                              "add --no-add-context")  # fmt: skip

    def read(self, inputs, config, run):
        counts = super().read(inputs, config, run)
        if not counts.matrix.nnz:
            raise EmbedkitError(
                f"{inputs[0]}: holds no counts, so there is nothing to learn from",
                "count more text, or with a lower --min-count",
            )
        if run.validation is not None:
            run.validation.check(counts.vocab)
        return counts

    def disk(self, data, config):
        return 2 * super().disk(data, config)

    def memory(self, data, config, run):
        from .trainer import peak_memory

        return peak_memory(data, config, run.memory)

    def train(self, data, config, run):
        from ...training.vector_learner import train_vectors
        from .trainer import Trainer

        return train_vectors(Trainer(data, config, run), run, config.training.epochs)


MODEL = GloveModel({"text": Text, "context": GloveContext, "model": Glove, "training": GloveEpochs})
