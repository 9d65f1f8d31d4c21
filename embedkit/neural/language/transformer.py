"""The model `transformer`: a language model of causal self-attention (Vaswani et al. 2017; Radford et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import LmText, Pretrained, Training, check_freeze, option
from ..options import (
    BLOCK_RATES,
    BlockRate,
    Penalties,
    Schedule,
    Smoothing,
    TransformerBlocks,
    check_blocks,
    check_shares,
    check_validation,
)
from .family import NeuralLanguageModel
from .options import Validation


@dataclass(frozen=True)
class Transformer(Pretrained, TransformerBlocks):
    """Options of Transformers."""

    tie: bool = option(True, "weight tying of input and output embeddings")


@dataclass(frozen=True)
class WindowUpdates(Training):
    """Epochs, batches and the optimizer."""

    epochs: int = option(5, "epochs", least=1)
    updates: int = option(
        None, "updates of an epoch, of windows drawn anywhere  [default: one pass over the text]", kind=int, least=1
    )
    batch_size: int = option(16, "windows of --context tokens per batch", least=1)
    accumulate: int = option(1, "batches per update, whose gradients are added", least=1)
    optimizer: str = option("adamw", "optimizer", choices=tuple(BLOCK_RATES))
    weight_decay: float = option(0.1, "weight decay of adamw; biases, gains and other vectors have none", least=0)
    beta2: float = option(0.99, "second-moment decay of adam, adamw and adamax", least=0)


@dataclass(frozen=True)
class WarmSchedule(Schedule):
    """Learning-rate schedule."""

    schedule: str = option(
        "cosine",
        "learning-rate schedule: constant, reduce on plateau of --valid, cosine decay",
        choices=("constant", "plateau", "cosine"),
    )
    warmup: int = option(
        None,
        "linear warm-up of the learning rate, in updates  [default: 100, or a tenth of all if those are fewer]",
        kind=int,
        least=0,
    )
    min_lr: float = option(None, "learning rate at the end of cosine decay  [default: --lr / 10]", kind=float, least=0)


@dataclass(frozen=True)
class NormPenalties(Penalties):
    """Clipping of gradients, and penalties on weights."""

    clip: float = option(1.0, "clip the global gradient norm; 0 disables", least=0)


@dataclass(frozen=True)
class TransformerTraining(Validation, Smoothing, NormPenalties, WarmSchedule, BlockRate, WindowUpdates):
    """Training of Transformers."""


class TransformerLanguageModel(NeuralLanguageModel):
    """Blocks of causal self-attention between embeddings and softmax; a text is read in windows of the context."""

    size = "dim"

    def check(self, config):
        check_blocks(config.model)
        check_freeze(config.model)
        check_validation(config.training)
        check_shares(config.training, "smoothing", "beta2")

    def build(self, model, V, make, training=None):
        from ...training.initializers import narrow
        from ..blocks import STD, stack
        from ..layers.chain import Chain
        from ..layers.dropout import Dropout
        from ..layers.embedding import Embedding
        from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
        from .network import EMBEDDING, OUTPUT, Network

        table = make(EMBEDDING, (V, model.dim), narrow(STD))
        layers = stack(model, make, causal=True)
        W = table if model.tie else make(OUTPUT, (V, model.dim), narrow(STD))
        loss = SoftmaxCrossEntropy(W, None, 0.0 if training is None else training.smoothing)
        return Network(Chain(Embedding(table), *layers), Dropout(0.0), loss)

    def learner(self):
        from .windowed_fit import WindowedFit

        return WindowedFit

    def wrap(self, network, model, *args):
        from .windowed_model import WindowedLanguageModel

        return WindowedLanguageModel(network, model.context, *args)

    def footprint(self, model, training, shapes):
        # Of each block: normalized inputs and residual sums, queries, keys and values, contexts, hidden units twice.
        widths = sum(shape[1] for shape in shapes if len(shape) == 2 and shape[0] != model.context)
        noise = (model.layers * 2 + 1) * model.dim if model.dropout else 0
        return training.batch_size * model.context, 2 * widths + 4 * model.layers * model.dim + noise


MODEL = TransformerLanguageModel({"text": LmText, "model": Transformer, "training": TransformerTraining})
