"""Options of language models, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ...config import Training, check_freeze, option
from ...errors import OptionError

# Learning rate by optimizer: what layers with gates can take, and the smaller ones that simple layers need.
GATED_RATES = {
    "sgd": 20.0,
    "momentum": 1.0,
    "nesterov": 1.0,
    "adagrad": 0.01,
    "adadelta": 1.0,
    "rmsprop": 0.01,
    "adam": 0.001,
    "adamax": 0.002,
    "adamw": 0.001,
    "nt-asgd": 30.0,
}
SIMPLE_RATES = GATED_RATES | {"sgd": 5.0, "momentum": 0.5, "nesterov": 0.5, "nt-asgd": 5.0}


def learning_rate(rates: dict[str, float]):
    """The option `lr`, whose default depends on the optimizer."""
    alike = {
        rate: [name for name in rates if rates[name] == rate] for rate in sorted(set(rates.values()), reverse=True)
    }
    told = (f"{rate:g} for {' and '.join(', '.join(names).rsplit(', ', 1))}" for rate, names in alike.items())
    return option(None, f"learning rate  [default: {', '.join(told)}]", kind=float, above=0)


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
class SimpleRate:
    """Learning rate of layers without gates."""

    rates = SIMPLE_RATES
    lr: float = learning_rate(rates)


@dataclass(frozen=True)
class GatedRate:
    """Learning rate of layers with gates."""

    rates = GATED_RATES
    lr: float = learning_rate(rates)


@dataclass(frozen=True)
class Regularization:
    """Learning-rate schedule, penalties and validation."""

    schedule: str = option(
        "plateau",
        "learning-rate schedule: constant, reduce on plateau of --valid, cosine decay",
        choices=("constant", "plateau", "cosine"),
    )
    lr_decay: float = option(4.0, "divisor of the learning rate where --valid does not improve", least=1)
    warmup: int = option(0, "linear warm-up of the learning rate, in updates", least=0)
    clip: float = option(0.25, "clip the global gradient norm; 0 disables", least=0)
    l1: float = option(0.0, "L1 penalty (λ·‖w‖₁)", least=0)
    l2: float = option(0.0, "L2 penalty (λ/2·‖w‖²)", least=0)
    ar: float = option(0.0, "activation regularization (AR, Merity 2017)", least=0)
    tar: float = option(0.0, "temporal activation regularization (TAR, Merity 2017)", least=0)
    smoothing: float = option(0.0, "label smoothing", least=0)
    valid: str = option(None, "validation text; the epoch of the lowest perplexity is kept", kind=str, stored=False)
    patience: int = option(None, "early stopping: epochs without an improvement on --valid", kind=int, least=1)


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
    if training.valid is None and training.patience is not None:
        raise OptionError("--patience counts epochs without a better --valid FILE; there is none")
    if training.valid is None and training.optimizer == "nt-asgd":
        raise OptionError("--optimizer nt-asgd averages once --valid FILE no longer improves; there is none")
    dropouts = [f.name for f in fields(model) if f.metadata["kind"] is float]  # no other option of a model is one
    for section, name in [*((model, name) for name in dropouts), (training, "smoothing")]:
        share = getattr(section, name)
        if share is not None and share >= 1:
            raise OptionError(f"--{name.replace('_', '-')} {share}: must be less than 1")
