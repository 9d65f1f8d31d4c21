"""What skip-gram and CBOW are asked: the sections of their configuration."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...config import Config, Training, check_freeze, option
from ...errors import OptionError

SPAN = 1 << 14  # ids trained in one call of a kernel; no window sees more
# The default of --sample, by the words of the text: a threshold of so many occurrences, but no less a share than this.
OCCURRENCES, LEAST_SAMPLE = 1000, 1e-4


@dataclass(frozen=True)
class Windows:
    """Which neighbours a word meets in training."""

    window: int = option(5, "words to each side", least=1, most=SPAN)
    dynamic_window: bool = option(
        True, "every window a random width from 1 to this, so that near words meet more often", off="fixed-window"
    )
    sample: float = option(
        None,
        "remove frequent words by chance before windows form; 0 keeps all  "
        f"[default: {OCCURRENCES} / words of the text, at least {LEAST_SAMPLE:g}]",
        kind=float,
        least=0,
    )


@dataclass(frozen=True)
class Word2vec:
    """What is learnt."""

    dim: int = option(100, "dimensions", least=1)
    loss: str = option(
        "ns",
        "against noise words, along a Huffman tree, or over the whole (small) vocabulary",
        choices=("ns", "hs", "softmax"),
    )
    negative: int = option(5, "noise words per example", least=1)
    ns_exponent: float = option(0.75, "noise words are drawn as count**x")
    share_negatives: str = option(
        "window", "one set of noise words for a whole window, or a new one for every pair", choices=("window", "none")
    )
    add_context: bool = option(False, "add each word's output vector to its vector when done")


@dataclass(frozen=True)
class Epochs(Training):
    """How the work is run, and judged while it runs."""

    epochs: int = option(5, "passes over the text", least=1)
    lr: float = option(0.035, "learning rate at the start; falls linearly to 1/10000 of it", above=0)
    deterministic: bool = option(False, "the same bytes with any number of threads, somewhat slower")
    valid_pairs: tuple = option(
        (), "FILE of word pairs with scores, asked after every epoch", kind=str, many=True, stored=False
    )
    valid_questions: tuple = option(
        (), "FILE of analogy questions, asked after every epoch", kind=str, many=True, stored=False
    )
    keep_best: bool = option(False, "write the vectors of the epoch with the best mean of what --valid-… measure")


def check(config) -> None:
    """OptionError where options do not go together."""
    model, training = config.model, config.training
    if model.add_context and model.loss == "hs":
        raise OptionError("--add-context needs an output vector for each word; --loss hs has none")
    check_freeze(model)
    if training.keep_best and not (training.valid_pairs or training.valid_questions):
        raise OptionError("--keep-best compares epochs by --valid-pairs or --valid-questions; there are none")


def resolved(config: Config, vocab) -> Config:
    """`config` with `sample`, where that is left open, chosen by the occurrences of the words of `vocab`."""
    if config.context.sample is not None:
        return config
    sample = OCCURRENCES / max(int(vocab.counts.sum()), OCCURRENCES)
    context = replace(config.context, sample=max(sample, LEAST_SAMPLE))
    return Config(**config.sections | {"context": context})
