"""Options that networks of any kind share, in parts: a section of a model inherits from those it has."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import option
from ..errors import OptionError

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
class Schedule:
    """Learning-rate schedule."""

    schedule: str = option(
        "plateau",
        "learning-rate schedule: constant, reduce on plateau of --valid, cosine decay",
        choices=("constant", "plateau", "cosine"),
    )
    lr_decay: float = option(4.0, "divisor of the learning rate where --valid does not improve", least=1)
    warmup: int = option(0, "linear warm-up of the learning rate, in updates", least=0)


@dataclass(frozen=True)
class Penalties:
    """Clipping of gradients, and penalties on weights."""

    clip: float = option(0.25, "clip the global gradient norm; 0 disables", least=0)
    l1: float = option(0.0, "L1 penalty (λ·‖w‖₁)", least=0)
    l2: float = option(0.0, "L2 penalty (λ/2·‖w‖²)", least=0)


@dataclass(frozen=True)
class Smoothing:
    """Label smoothing."""

    smoothing: float = option(0.0, "label smoothing", least=0)


def check_validation(training) -> None:
    """OptionError where an option needs validation, and there is nothing to validate on."""
    if training.valid is None and training.patience is not None:
        raise OptionError("--patience counts epochs without a better --valid FILE; there is none")
    if training.valid is None and training.optimizer == "nt-asgd":
        raise OptionError("--optimizer nt-asgd averages once --valid FILE no longer improves; there is none")


def check_shares(section, *names: str) -> None:
    """OptionError where an option of `names`, a share, is 1 or more."""
    for name in names:
        share = getattr(section, name)
        if share is not None and share >= 1:
            raise OptionError(f"--{name.replace('_', '-')} {share}: must be less than 1")
