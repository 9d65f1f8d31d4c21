"""Options of masked language models, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Training, check_freeze, option
from ...errors import OptionError
from ..language.transformer import NormPenalties, Transformer, WarmSchedule
from ..options import BLOCK_RATES, BlockRate, Smoothing, check_blocks, check_shares, check_validation


@dataclass(frozen=True)
class MaskedUpdates(Training):
    """Epochs, batches and the optimizer."""

    epochs: int = option(5, "epochs", least=1)
    batch_size: int = option(
        16, "batch size, in sequences of --context tokens; of shorter lines more share a batch", least=1
    )
    accumulate: int = option(1, "batches per update, whose gradients are added", least=1)
    optimizer: str = option("adamw", "optimizer", choices=tuple(BLOCK_RATES))
    weight_decay: float = option(0.01, "weight decay of adamw; biases, gains and other vectors have none", least=0)
    beta2: float = option(0.98, "second-moment decay of adam, adamw and adamax", least=0)


@dataclass(frozen=True)
class Masking:
    """Masking of tokens."""

    mask_rate: float = option(0.15, "masking rate: share of the tokens of a line that are predicted", above=0)
    whole_words: bool = option(True, "whole-word masking: all subwords of a word, or none")


@dataclass(frozen=True)
class MaskedTraining(Smoothing, NormPenalties, WarmSchedule, BlockRate, Masking, MaskedUpdates):
    """Training of masked language models."""

    valid: str = option(
        None, "validation text, always masked the same; the epoch of the lowest loss is kept", kind=str, stored=False
    )
    patience: int = option(None, "early stopping: epochs without an improvement on --valid", kind=int, least=1)


def check(config) -> None:
    """OptionError where options do not go together."""
    check_blocks(config.model)
    check_freeze(config.model)
    check_validation(config.training)
    check_shares(config.training, "smoothing", "beta2", "mask_rate")
    if config.model.context < 2:
        raise OptionError("--context 1: a sequence is <eos> and a token at least", "--context 128 takes most lines")


__all__ = ["MaskedTraining", "Transformer", "check"]
