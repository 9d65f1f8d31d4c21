"""Options of skip-gram and CBOW, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...config import Config, Epochs, check_freeze, check_keep_best, option
from ...errors import OptionError

SPAN = 1 << 14  # ids trained in one call of a kernel; no window sees more
# The default of --sample, by the words of the text: a threshold of so many occurrences, but no less a share than this.
OCCURRENCES, LEAST_SAMPLE = 1000, 3e-4


@dataclass(frozen=True)
class Windows:
    """Context windows and subsampling."""

    window: int = option(5, "context words to each side", least=1, most=SPAN)
    dynamic_window: bool = option(True, "dynamic windows: each a random width from 1 to --window", off="fixed-window")
    sample: float = option(
        None,
        "subsampling threshold of frequent words, a relative frequency; 0 keeps all  "
        f"[default: {OCCURRENCES} / words of the text, at least {LEAST_SAMPLE:g}]",
        kind=float,
        least=0,
    )


@dataclass(frozen=True)
class Word2vec:
    """Dimensions and loss."""

    dim: int = option(100, "dimensions", least=1)
    loss: str = option(
        "ns",
        "negative sampling, hierarchical softmax, or full softmax (small vocabularies)",
        choices=("ns", "hs", "softmax"),
    )
    negative: int = option(5, "negative samples per positive pair", least=1)
    ns_exponent: float = option(0.75, "exponent of the noise distribution, count**x")
    share_negatives: str = option(
        "window", "negative samples shared by a window, or drawn for every pair", choices=("window", "none")
    )
    add_context: bool = option(False, "add output vectors to the vectors at the end (w + c)")
    minn: int = option(0, "shortest n-grams of words (subwords), in characters of <word>; 0 = no subwords", least=0)
    maxn: int = option(0, "longest n-grams of words", least=0, most=32)
    buckets: int = option(2_000_000, "rows that n-grams share by their hash", least=0, most=(1 << 31) - 1)
    subword_unit: str = option(
        "char", "unit of n-grams: characters, or jamo, the letters of Hangul syllables", choices=("char", "jamo")
    )
    pooling: str = option("mean", "combination of a word's row and those of its n-grams", choices=("mean", "sum"))


@dataclass(frozen=True)
class Word2vecEpochs(Epochs):
    """Epochs, learning rate, validation, and going on with vectors that have been trained before."""

    update: str = option(
        None, "vectors in FILE to go on with: its words stay and keep their ids, counts add up", kind=str, stored=False
    )
    replay: tuple = option(
        (), "with --update: FILE of old text, mixed with the new; may be repeated", kind=str, many=True, stored=False
    )
    replay_share: float = option(
        1.0, "with --replay: share of the lines of its text, drawn at random", above=0, stored=False
    )
    extend_epochs: int = option(
        None, "with --update: so many more epochs of the text that FILE was trained on", kind=int, least=1, stored=False
    )
    save_contexts: bool = option(False, "keep the context vectors in OUT, for --update: twice the size", stored=False)


def check(config) -> None:
    """OptionError where options do not go together."""
    model = config.model
    if model.add_context and model.loss == "hs":
        raise OptionError("--add-context needs an output vector for each word; --loss hs has none")
    if config.training.update is None:
        check_freeze(model)
    check_update(config)
    check_subwords(model)
    check_keep_best(config.training)


def check_subwords(model: Word2vec) -> None:
    """OptionError where the options of n-grams do not go together."""
    if not model.minn and not model.maxn:
        for name, value, default in (("subword-unit", model.subword_unit, "char"), ("pooling", model.pooling, "mean")):
            if value != default:
                raise OptionError(f"--{name} {value} is of n-grams, and there are none: --minn 3 --maxn 6 has some")
        return
    if not 0 < model.minn <= model.maxn:
        raise OptionError(
            f"--minn {model.minn} --maxn {model.maxn}: the shortest n-gram has a character or more, no "
            "more than the longest; both are 0 for none"
        )
    if not model.buckets:
        raise OptionError("--buckets 0 leaves n-grams no rows; --minn 0 --maxn 0 trains without n-grams")
    if model.add_context:
        raise OptionError("--add-context needs an output vector for each n-gram; n-grams have none")


def check_update(config) -> None:
    """OptionError where the options of an update do not go together."""
    training = config.training
    if training.replay_share > 1:
        raise OptionError(f"--replay-share {training.replay_share:g}: is a share of the lines, at most 1")
    if training.replay_share < 1 and not training.replay:
        raise OptionError("--replay-share is of the text of --replay FILE, and there is none")
    if training.update is None:
        for name in ("replay", "extend_epochs"):
            if getattr(training, name):
                raise OptionError(f"--{name.replace('_', '-')} goes with --update FILE, and there is none")
        return
    if config.model.init not in (None, training.update):
        raise OptionError("--update starts from its file, so --init has nothing to start", "leave one of them out")
    if config.text.vocab is not None:
        raise OptionError("--update keeps the words of its file, so there is no choice for --vocab")
    if config.model.loss == "hs":
        hint = "--loss ns has an output vector for each word"
        raise OptionError("--loss hs: new words would move the nodes of the tree away from their vectors", hint)
    if training.extend_epochs and training.replay:
        raise OptionError("--extend-epochs goes on with the old text itself, so there is nothing to --replay")


def resolved(config: Config, vocab) -> Config:
    """`config` with `sample`, where that is left open, chosen by the occurrences of the words of `vocab`."""
    if config.context.sample is not None:
        return config
    sample = OCCURRENCES / max(int(vocab.counts.sum()), OCCURRENCES)
    context = replace(config.context, sample=max(sample, LEAST_SAMPLE))
    return Config(**config.sections | {"context": context})
