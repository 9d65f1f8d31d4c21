"""Options of language models, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ...config import Training, check_freeze, option
from ...errors import OptionError
from ..options import GATED_RATES, GatedRate, Penalties, Schedule, SimpleRate, Smoothing, check_shares, check_validation


@dataclass(frozen=True)
class LmModel:
    """Architecture."""

    embed: int = option(100, "embedding size", least=1)
    hidden: int = option(100, "hidden units per layer", least=1)
    tie: bool = option(False, "weight tying of input and output embeddings; the last layer then has --embed units")
    dropout: float = option(0.0, "dropout between layers", least=0)
    input_dropout: float = option(None, "dropout before the first layer  [default: --dropout]", kind=float, least=0)
    output_dropout: float = option(None, "dropout after the last layer  [default: --dropout]", kind=float, least=0)
    dropout_kind: str = option(
        "standard",
        "dropout mask: new at every step, or one for a sequence (Gal 2016)",
        choices=("standard", "variational"),
    )
    embed_dropout: float = option(0.0, "embedding dropout: share of the words whose vector is dropped", least=0)
    initializer: str = option(
        "orthogonal", "weight initialization", choices=("uniform", "xavier", "he", "normal", "orthogonal")
    )


@dataclass(frozen=True)
class RecurrentLayers:
    """Architecture of recurrent layers."""

    layers: int = option(1, "stacked recurrent layers", least=1)
    weight_drop: float = option(0.0, "DropConnect on the recurrent weights (Merity 2018)", least=0)
    residual: bool = option(False, "residual connections around recurrent layers")
    layer_norm: bool = option(False, "layer normalization of the outputs of recurrent layers")


@dataclass(frozen=True)
class Updates(Training):
    """Epochs, batches and the optimizer."""

    epochs: int = option(5, "epochs", least=1)
    batch_size: int = option(20, "sequences per batch", least=1)
    bptt: int = option(35, "truncated-BPTT length, in time steps", least=1)
    optimizer: str = option("sgd", "optimizer", choices=tuple(GATED_RATES))


@dataclass(frozen=True)
class ActivationPenalties:
    """Penalties on the hidden states."""

    ar: float = option(0.0, "activation regularization (AR, Merity 2017)", least=0)
    tar: float = option(0.0, "temporal activation regularization (TAR, Merity 2017)", least=0)


@dataclass(frozen=True)
class Validation:
    """Validation and early stopping."""

    valid: str = option(None, "validation text; the epoch of the lowest perplexity is kept", kind=str, stored=False)
    patience: int = option(None, "early stopping: epochs without an improvement on --valid", kind=int, least=1)


@dataclass(frozen=True)
class Regularization(Validation, Smoothing, ActivationPenalties, Penalties, Schedule):
    """Learning-rate schedule, penalties and validation."""


@dataclass(frozen=True)
class GradientLog:
    """Gradients that go back in time, as the log shows them."""

    log_gradients: bool = option(
        False, "log the norm of ∂L_T/∂h_t at every time step t, after each epoch", stored=False
    )


# Sections of training, composed: the parts come in the order of help, the last one first.


@dataclass(frozen=True)
class FeedForwardTraining(Regularization, SimpleRate, Updates):
    """Training of feed-forward models."""


@dataclass(frozen=True)
class RecurrentTraining(GradientLog, Regularization, SimpleRate, Updates):
    """Training of recurrent models without gates."""


@dataclass(frozen=True)
class GatedTraining(GradientLog, Regularization, GatedRate, Updates):
    """Training of recurrent models with gates."""


def check(config, layers: int = 1) -> None:
    """OptionError where options do not go together; `layers` is the number of hidden ones."""
    model, training = config.model, config.training
    if model.tie and layers == 1 and model.embed != model.hidden:
        raise OptionError(
            f"--tie shares one matrix: with one layer, --hidden {model.hidden} must be --embed {model.embed}"
        )
    check_freeze(model)
    check_validation(training)
    check_shares(model, *(f.name for f in fields(model) if f.metadata["kind"] is float))  # no other option is one
    check_shares(training, "smoothing")
