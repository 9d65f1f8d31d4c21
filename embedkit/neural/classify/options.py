"""Options of classifiers, a dataclass per section."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Pretrained, Training, check_freeze, option
from ...errors import OptionError

DENSE = 16  # labels up to which a feature has a weight for each of them, without a hidden layer
HIDDEN = 100  # size of the hidden layer, by default, for more labels
RATE, HIDDEN_RATE, COUNT_RATE = 1.0, 0.5, 100.0
SAMPLED = ("hs", "ns")  # losses that look at a few of the labels


@dataclass(frozen=True)
class Bag:
    """Features and loss of linear classifiers."""

    encoder: str = option("linear", "encoder: linear, a bag of words and n-grams (Joulin 2017)", choices=("linear",))
    dim: int = option(
        None,
        "size of the hidden layer; 0: none, each feature has a weight for each label  "
        f"[default: 0 for up to {DENSE} labels, else {HIDDEN}; that of --init]",
        kind=int,
        least=0,
    )
    word_ngrams: int = option(2, "longest n-grams of words, hashed", least=1, most=16)
    minn: int = option(0, "shortest n-grams of characters (subwords), of <word>; 0 = none", least=0)
    maxn: int = option(0, "longest n-grams of characters", least=0, most=32)
    buckets: int = option(2_000_000, "rows that n-grams share by their hash", least=0, most=(1 << 31) - 2)
    subword_unit: str = option(
        "char", "unit of these n-grams: characters, or jamo, the letters of Hangul syllables", choices=("char", "jamo")
    )
    weighting: str = option(
        None,
        "feature values: count (their mean, as fastText), presence, or presence times its log-count ratio between the "
        "labels (NBSVM, Wang & Manning 2012)  [default: log-count-ratio; count with a hidden layer]",
        kind=str,
        choices=("count", "presence", "log-count-ratio"),
    )
    loss: str = option(
        None,
        "loss: softmax, hierarchical softmax, negative sampling, one-vs-all  [default: softmax; ova where texts have "
        "several labels]",
        kind=str,
        choices=("softmax", "hs", "ns", "ova"),
    )
    negative: int = option(5, "negative samples of --loss ns", least=1)


@dataclass(frozen=True)
class ClassifierModel(Pretrained, Bag):
    """Architecture of classifiers."""


@dataclass(frozen=True)
class ClassifierTraining(Training):
    """Epochs, validation, imbalance, and texts without labels."""

    epochs: int = option(5, "epochs", least=1)
    lr: float = option(
        None,
        f"initial learning rate; decays linearly to 0  [default: {RATE:g}; with a hidden layer {HIDDEN_RATE:g}]",
        kind=float,
        above=0,
    )
    valid: str = option(None, "validation texts; the epoch of the highest accuracy is kept", kind=str, stored=False)
    valid_share: float = option(0.0, "share of the texts that is held out, as --valid", least=0)
    patience: int = option(None, "early stopping: epochs without an improvement in validation", kind=int, least=1)
    class_weights: str = option(
        None,
        "weights of labels: balanced, texts / (labels * texts of the label), or a FILE of lines LABEL, tab, WEIGHT",
        kind=str,
        stored=False,
    )
    sampler: str = option(
        "shuffle",
        "texts of an epoch: each once, or drawn so that labels are equally frequent",
        choices=("shuffle", "weighted"),
    )
    folds: int = option(0, "cross-validate in K folds first, and tell mean and s.d.", least=0)
    unlabelled: str = option(
        None, "FILE of texts without labels, of which pseudo-labels are learnt as well", kind=str, stored=False
    )
    confidence: float = option(0.95, "with --unlabelled: least probability of a pseudo-label", above=0)
    pseudo_weight: float = option(0.5, "with --unlabelled: weight of a text with a pseudo-label", above=0)


def check(config) -> None:
    """OptionError where options do not go together."""
    model, training = config.model, config.training
    check_freeze(model)
    _check_features(model)
    if model.loss in SAMPLED and model.dim == 0:
        raise OptionError(f"--loss {model.loss} needs a hidden layer, and --dim 0 has none", f"--dim {HIDDEN}")
    if model.init is not None and model.dim == 0:
        raise OptionError("--init fills the hidden layer, and --dim 0 has none", f"--dim {HIDDEN}")
    if config.text.label_separator is not None and set(config.text.label_separator) & set(" \t\r\n"):
        raise OptionError("--label-separator must be one or more characters that are no white space")
    if training.valid is not None and training.valid_share:
        raise OptionError("--valid FILE and --valid-share are both texts to validate on", "leave one of them out")
    if training.valid_share >= 1:
        raise OptionError(f"--valid-share {training.valid_share:g}: must be less than 1")
    if training.patience is not None and training.valid is None and not training.valid_share:
        raise OptionError("--patience counts epochs without a better validation; there is none", "--valid-share .1")
    if training.folds == 1:
        raise OptionError("--folds 1: one fold leaves nothing to train on", "--folds 5")
    if training.confidence > 1:
        raise OptionError(f"--confidence {training.confidence:g}: is a probability, at most 1")
    if training.folds and training.unlabelled is not None:
        raise OptionError("--folds and --unlabelled do not go together", "leave one of them out")


def check_fasttext(config, path: str) -> None:
    """OptionError where fastText could not answer from `path` as a classifier with these options does."""
    model, text = config.model, config.text
    hidden = model.dim or model.init is not None or model.loss in SAMPLED
    if model.weighting != "count" and (model.weighting is not None or not hidden):
        raise OptionError(f"{path}: fastText takes the mean of all features", "--weighting count does so, too")
    if model.subword_unit != "char":
        raise OptionError(f"{path}: fastText has no n-grams of {model.subword_unit}", "--subword-unit char")
    if text.tokenizer != "whitespace" or text.lowercase or text.drop_punctuation:
        raise OptionError(f"{path}: fastText splits at white space and does no more", "prepare the text before")


def _check_features(model) -> None:
    if not model.minn and not model.maxn:
        if model.subword_unit != "char":
            raise OptionError(f"--subword-unit {model.subword_unit} is of n-grams of characters: --minn 1 --maxn 4")
    elif not 0 < model.minn <= model.maxn:
        raise OptionError(
            f"--minn {model.minn} --maxn {model.maxn}: the shortest n-gram has a character or more, no more than the "
            "longest; both are 0 for none"
        )
    if not model.buckets and (model.maxn or model.word_ngrams > 1):
        raise OptionError("--buckets 0 leaves n-grams no rows", "--word-ngrams 1 --maxn 0 trains without n-grams")


def resolved_model(model, classes: int, single: bool, width: int | None):
    """`model` with what it leaves open chosen for so many labels; `width` is that of the vectors of --init."""
    from dataclasses import replace

    dim = model.dim
    if dim is None:
        sampled = model.loss in SAMPLED
        dim = width or (0 if classes <= DENSE and not sampled else HIDDEN)
    weighting = model.weighting or ("count" if dim else "log-count-ratio" if classes <= DENSE else "presence")
    return replace(model, dim=dim, weighting=weighting, loss=model.loss or ("softmax" if single else "ova"))


def rate(model, training) -> float:
    """The initial learning rate of a resolved `model`."""
    default = HIDDEN_RATE if model.dim else COUNT_RATE if model.weighting == "count" else RATE
    return training.lr or default
