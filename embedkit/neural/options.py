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
# Layers of self-attention take smaller ones still.
BLOCK_RATES = GATED_RATES | {
    "sgd": 0.5,
    "momentum": 0.05,
    "nesterov": 0.05,
    "rmsprop": 0.001,
    "nt-asgd": 0.5,
}


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
class BlockRate:
    """Learning rate of Transformers."""

    rates = BLOCK_RATES
    lr: float = learning_rate(rates)


@dataclass(frozen=True)
class TransformerBlocks:
    """Architecture of a stack of Transformer blocks."""

    layers: int = option(4, "blocks of self-attention and feed-forward layers", least=1)
    dim: int = option(128, "model dimension: size of embeddings and hidden states", least=1)
    heads: int = option(4, "attention heads; they divide --dim", least=1)
    ff: int = option(
        None, "feed-forward hidden units  [default: 4 * --dim; for swiglu 8/3 of it, to whole 8s]", kind=int, least=1
    )
    context: int = option(64, "context length, in tokens", least=1)
    positions: str = option(
        "learned",
        "positions: learned, sinusoidal (Vaswani 2017), rotary (RoPE, Su 2021)",
        choices=("learned", "sinusoidal", "rotary"),
    )
    norm: str = option("layer", "normalization: LayerNorm, RMSNorm (Zhang 2019)", choices=("layer", "rms"))
    pre: bool = option(True, "normalize before each sublayer (pre-norm), or after its residual sum", off="post")
    activation: str = option("gelu", "feed-forward activation", choices=("relu", "gelu", "swiglu"))
    bias: bool = option(True, "biases of linear layers and of LayerNorm")
    dropout: float = option(0.0, "dropout of what each sublayer adds", least=0)
    attention_dropout: float = option(None, "dropout of attention weights  [default: --dropout]", kind=float, least=0)
    embed_dropout: float = option(None, "dropout of the embeddings  [default: --dropout]", kind=float, least=0)


def check_blocks(model: TransformerBlocks) -> None:
    """OptionError where the sizes of `model` do not go together."""
    if model.dim % model.heads:
        raise OptionError(
            f"--heads {model.heads} does not divide --dim {model.dim}",
            f"--dim {-(-model.dim // model.heads) * model.heads} would do",
        )
    if model.positions == "rotary" and model.dim // model.heads % 2:
        raise OptionError(
            f"--positions rotary turns pairs: a head of {model.dim // model.heads} numbers has an odd one",
            "--dim / --heads must be even",
        )
    check_shares(model, "dropout", "attention_dropout", "embed_dropout")


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
