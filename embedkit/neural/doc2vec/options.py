"""Options of paragraph vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...config import Training, option
from ...errors import OptionError
from ..word2vec.options import Windows


@dataclass(frozen=True)
class DocumentWindows(Windows):
    """Windows of PV-DM and --dbow-words; no word is left out by default, as documents are short."""

    sample: float = option(0.0, "subsampling threshold of frequent words, a relative frequency; 0 keeps all", least=0)


@dataclass(frozen=True)
class Doc2vec:
    """Algorithm, dimensions and loss. A `ClassVar` stands where word2vec has an option."""

    algorithm: str = option(
        "dbow",
        "PV-DBOW: the document predicts each word; PV-DM: its mean with the context words does",
        choices=("dbow", "dm"),
    )
    dbow_words: bool = option(False, "with dbow: skip-gram of the words in the same pass, their vectors being its own")
    combine: str = option("mean", "with dm: combination of document and context vectors", choices=("mean", "sum"))
    dim: int = option(100, "dimensions", least=1)
    loss: str = option("ns", "negative sampling or hierarchical softmax", choices=("ns", "hs"))
    negative: int = option(5, "negative samples per word", least=1)
    ns_exponent: float = option(0.75, "exponent of the noise distribution, count**x")
    share_negatives: ClassVar[str] = "window"
    pooling: ClassVar[str] = "mean"
    add_context: ClassVar[bool] = False


@dataclass(frozen=True)
class Epochs(Training):
    """Epochs and learning rate."""

    epochs: int = option(10, "epochs; as many for a new document", least=1)
    lr: float = option(0.025, "initial learning rate; decays linearly to 1/10000 of it", above=0)
    deterministic: bool = option(False, "same bytes with any number of threads, somewhat slower")
    keep_best: ClassVar[bool] = False


def check(config) -> None:
    """OptionError where options do not go together."""
    model = config.model
    if model.dbow_words and model.algorithm == "dm":
        raise OptionError("--dbow-words is for --algorithm dbow; dm trains words as it is")
    if has_output_words(model) and model.loss == "hs":
        raise OptionError(
            "--loss hs with --algorithm dbow learns no vectors of words, only of the nodes above them",
            "--dbow-words trains words too; --loss ns has a vector for each",
        )


def has_output_words(model) -> bool:
    """True if the words of the result are those that documents predict: pure PV-DBOW reads none."""
    return model.algorithm == "dbow" and not model.dbow_words
