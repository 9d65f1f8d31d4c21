"""What language models are asked: the sections of their configuration."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

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
    """What is learnt."""

    embed: int = option(100, "dimensions of the word vectors", least=1)
    hidden: int = option(100, "units of a layer", least=1)
    tie: bool = option(
        False, "one matrix for the vectors of words read and words predicted; the last layer then has --embed units"
    )
    dropout: float = option(0.0, "share of the values between layers that is dropped in training", least=0)
    input_dropout: float = option(
        None, "the same share, of the values before the first layer  [default: --dropout]", kind=float, least=0
    )
    output_dropout: float = option(
        None, "the same share, of the values after the last layer  [default: --dropout]", kind=float, least=0
    )
    dropout_kind: str = option(
        "standard", "drop anew at every step, or the same units for a whole window", choices=("standard", "variational")
    )
    embed_dropout: float = option(0.0, "share of the words whose vector is dropped in training", least=0)
    initializer: str = option(
        "orthogonal", "how the weights of layers start", choices=("uniform", "xavier", "he", "normal", "orthogonal")
    )


@dataclass(frozen=True)
class Recurrent(LmModel):
    """What is learnt, in layers that pass something on from word to word."""

    layers: int = option(1, "recurrent layers, one on the other", least=1)
    weight_drop: float = option(0.0, "share of the recurrent weights that is dropped in training", least=0)
    residual: bool = option(False, "add what goes into a recurrent layer to what comes out of it")
    layer_norm: bool = option(False, "normalize what comes out of a recurrent layer")


@dataclass(frozen=True)
class LmTraining(Training):
    """How the work is run, and judged while it runs."""

    epochs: int = option(5, "passes over the text", least=1)
    batch_size: int = option(20, "streams that the text is cut into, read side by side", least=1)
    bptt: int = option(35, "steps of a window: as far as gradients go back", least=1)
    optimizer: str = option("sgd", "how gradients become steps", choices=tuple(GATED_RATES))
    lr: float = learning_rate(SIMPLE_RATES)
    rates: ClassVar[dict[str, float]] = SIMPLE_RATES
    schedule: str = option(
        "plateau",
        "the learning rate: the same all the time, divided when --valid does not improve, or down half a wave to 0",
        choices=("constant", "plateau", "cosine"),
    )
    lr_decay: float = option(4.0, "what the learning rate is divided by when --valid does not improve", least=1)
    warmup: int = option(0, "windows in which the learning rate rises from near 0", least=0)
    clip: float = option(0.25, "shorten gradients that are longer than this, all taken as one; 0 never", least=0)
    l1: float = option(0.0, "weight of the sum of all absolute weights", least=0)
    l2: float = option(0.0, "weight of the halved sum of all squared weights", least=0)
    ar: float = option(0.0, "weight of the mean square of what the last layer gives", least=0)
    tar: float = option(0.0, "weight of the mean square of its change from step to step", least=0)
    smoothing: float = option(0.0, "share of the target's probability spread over the vocabulary", least=0)
    valid: str = option(
        None, "text to measure perplexity on after every epoch; the best epoch is kept", kind=str, stored=False
    )
    patience: int = option(None, "stop after this many epochs in which --valid did not improve", kind=int, least=1)


@dataclass(frozen=True)
class RecurrentTraining(LmTraining):
    """The same for layers through which gradients go back in time."""

    log_gradients: bool = option(
        False, "log after every epoch how long the gradient of a loss is at each step back in time", stored=False
    )


@dataclass(frozen=True)
class GatedTraining(RecurrentTraining):
    """The same at rates which layers with gates can take, and simple ones cannot."""

    lr: float = learning_rate(GATED_RATES)
    rates: ClassVar[dict[str, float]] = GATED_RATES


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
