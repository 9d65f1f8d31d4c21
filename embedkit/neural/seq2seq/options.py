"""Options of sequence-to-sequence models, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Training, option
from ...errors import OptionError
from ..cells import FORGET
from ..options import GATED_RATES, Penalties, Schedule, Smoothing, check_shares, check_validation, learning_rate

CELLS = ("lstm", "gru", "rnn", "ntm")
MEMORY_ROWS, MEMORY_WIDTH = 128, 20
ATTENTIONS = ("none", "dot", "general", "additive")


@dataclass(frozen=True)
class Seq2SeqModel:
    """Architecture of encoder and decoder."""

    cell: str = option(
        "lstm", "recurrent cell; ntm: neural Turing machine, an LSTM with a memory (Graves 2014)", choices=CELLS
    )
    embed: int = option(64, "embedding size", least=1)
    hidden: int = option(256, "hidden units per layer, of a bidirectional one in each direction", least=1)
    layers: int = option(1, "stacked recurrent layers of the encoder, and of the decoder", least=1)
    bidirectional: bool = option(False, "bidirectional encoder")
    bidirectional_layers: int = option(
        None, "the first layers of the encoder that are bidirectional; GNMT: 1  [default: all]", kind=int, least=1
    )
    memory_rows: int = option(
        None,
        f"rows of the memory of --cell ntm; a source should have fewer tokens  [default: {MEMORY_ROWS}]",
        kind=int,
        least=3,
    )
    memory_width: int = option(
        None, f"numbers in a row of the memory of --cell ntm  [default: {MEMORY_WIDTH}]", kind=int, least=1
    )
    residual: bool = option(False, "residual connections around recurrent layers that allow one")
    attention: str = option(
        "general", "attention: dot, general (Luong 2015), additive (Bahdanau 2015)", choices=ATTENTIONS
    )
    attention_layer: str = option(
        "top",
        "decoder layer that attends: the top one (Luong), or the bottom one, for all above it (GNMT)",
        choices=("top", "bottom"),
    )
    input_feeding: bool = option(False, "input feeding: the last attentional state is part of the decoder's next input")
    bridge: str = option(
        "all",
        "state that the decoder begins with: the encoder's, of LSTMs the hidden one alone, or zeros; the memory of "
        "--cell ntm is always the encoder's",
        choices=("all", "hidden", "none"),
    )
    reverse: bool = option(False, "read sources from their end (Sutskever 2014)")
    peeky: bool = option(False, "the encoder's last hidden state at every step of the decoder (Cho 2014)")
    tie: bool = option(False, "weight tying of the target embedding and the output matrix")
    dropout: float = option(0.0, "dropout of embeddings, between layers, and before the output", least=0)
    dropout_kind: str = option(
        "standard",
        "dropout mask: new at every step, or one for a sequence (Gal 2016)",
        choices=("standard", "variational"),
    )
    initializer: str = option(
        "orthogonal", "weight initialization", choices=("uniform", "xavier", "he", "normal", "orthogonal")
    )
    forget_bias: float = option(FORGET, "first bias of the LSTM's forget gate")


# Larger rates for Adam than language models take: attention is found sooner, or at all.
RATES = GATED_RATES | {"adam": 0.003, "adamw": 0.003}


@dataclass(frozen=True)
class PairRate:
    """Learning rate of encoders and decoders."""

    rates = RATES
    lr: float = learning_rate(rates)


@dataclass(frozen=True)
class PairUpdates(Training):
    """Epochs, batches and the optimizer."""

    epochs: int = option(10, "epochs", least=1)
    batch_size: int = option(64, "pairs per batch, of like lengths", least=1)
    optimizer: str = option("adam", "optimizer", choices=tuple(GATED_RATES))


@dataclass(frozen=True)
class Seq2SeqTraining(Smoothing, Penalties, Schedule, PairRate, PairUpdates):
    """Training of sequence-to-sequence models."""

    schedule: str = option(
        "constant",
        "learning-rate schedule: constant, reduce on plateau of --valid, cosine decay",
        choices=("constant", "plateau", "cosine"),
    )
    clip: float = option(5.0, "clip the global gradient norm; 0 disables", least=0)
    scheduled_sampling: float = option(
        0.0, "scheduled sampling: share of target tokens read from the model at the end of training", least=0
    )
    valid: str = option(None, "validation pairs; the epoch of the most exact matches is kept", kind=str, stored=False)
    patience: int = option(None, "early stopping: epochs without an improvement on --valid", kind=int, least=1)


def check(config) -> None:
    """OptionError where options do not go together."""
    model, training, text = config.model, config.training, config.text
    if not text.separator or "\n" in text.separator:
        raise OptionError("--separator must be one or more characters of a line")
    _check_memory(model)
    if model.bidirectional_layers is not None and not model.bidirectional:
        raise OptionError("--bidirectional-layers counts layers of --bidirectional")
    if model.bidirectional_layers is not None and model.bidirectional_layers > model.layers:
        raise OptionError(f"--bidirectional-layers {model.bidirectional_layers}: there are --layers {model.layers}")
    if model.attention == "dot" and _outputs(model) != model.hidden:
        raise OptionError(
            f"--attention dot needs {model.hidden} numbers of the encoder, whose last layer gives {_outputs(model)}",
            "--attention general takes any",
        )
    if model.attention == "none" and (model.input_feeding or model.attention_layer == "bottom"):
        what = "--input-feeding" if model.input_feeding else "--attention-layer bottom"
        raise OptionError(f"{what} needs attention, of which --attention none has none")
    if model.tie and model.embed != model.hidden or model.tie and model.peeky:
        raise OptionError("--tie shares one matrix: --embed must be --hidden, without --peeky")
    check_validation(training)
    check_shares(model, "dropout")
    check_shares(training, "smoothing", "scheduled_sampling")


def _check_memory(model) -> None:
    if model.cell != "ntm":
        for name in ("memory_rows", "memory_width"):
            if getattr(model, name) is not None:
                raise OptionError(f"--{name.replace('_', '-')} is of --cell ntm; --cell {model.cell} has no memory")
        return
    if model.attention != "none":
        raise OptionError("--cell ntm reads its memory instead of attending", "--attention none")
    refused = {"--bidirectional": model.bidirectional, "--residual": model.residual, "--tie": model.tie}
    for flag in [flag for flag, is_given in (refused | {"--layers": model.layers > 1}).items() if is_given]:
        raise OptionError(f"{flag} does not go with --cell ntm, one layer whose memory goes on to the decoder")


def outputs(model) -> int:
    """Numbers that a recurrent layer gives, of a bidirectional one in each direction."""
    return model.hidden + ((model.memory_width or MEMORY_WIDTH) if model.cell == "ntm" else 0)


def _outputs(model) -> int:
    """Numbers that the last layer of the encoder gives."""
    return outputs(model) * (2 if is_bidirectional(model, model.layers) else 1)


def is_bidirectional(model, number: int) -> bool:
    """True if layer `number` of the encoder, from 1 on, reads both ways."""
    return model.bidirectional and number <= (model.bidirectional_layers or model.layers)
