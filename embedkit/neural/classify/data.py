"""The texts of a training, split as its options say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...errors import EmbedkitError
from ...text import labelled
from ...text.labelled import Examples
from ...text.vocab import Vocab
from .sampling import class_weights


@dataclass(frozen=True)
class Data:
    """Texts and labels as an encoder gets them.

    vocab : V words of the texts to train on, most frequent first
    word_ids : (T,) int32, of each type its id in `vocab`, or -1
    train, valid, unlabelled : see `text.labelled.Labelled`
    label_weights : (K,) float32
    """

    vocab: Vocab
    word_ids: np.ndarray
    train: Examples
    valid: Examples | None
    unlabelled: Examples | None
    label_weights: np.ndarray

    @property
    def sha256(self) -> str:
        return self.train.sha256

    @property
    def names(self) -> Vocab:
        """The K labels."""
        return self.train.names

    @property
    def provenance(self) -> dict:
        """The facts that a classifier of these texts keeps."""
        others = {"valid_sha256": self.valid, "unlabelled_sha256": self.unlabelled}
        facts = {name: part.sha256 for name, part in others.items() if part is not None}
        if (self.label_weights != 1).any():
            facts["class_weights"] = self.label_weights.astype(float).round(6).tolist()
        return {"corpus_sha256": self.sha256, "texts": len(self.train)} | facts


def read(inputs, config, run) -> Data:
    """The texts in `inputs`, with those that the options name or hold out."""
    training = config.training
    found = labelled.read(inputs, config.text, run, training.valid, training.unlabelled)
    train, valid = found.train, found.valid
    if training.folds > len(train):
        raise EmbedkitError(f"--folds {training.folds}: there are {len(train)} texts", "fewer folds")
    if training.valid_share:
        train, valid = hold_out(train, training.valid_share, training.seed)
    vocab, word_ids = labelled.vocabulary(train, config.text)
    weights = class_weights(training.class_weights, train)
    return Data(vocab, word_ids, train, valid, found.unlabelled, weights)


def hold_out(examples: Examples, share: float, seed: int) -> tuple[Examples, Examples]:
    """Two parts of the texts, the second about this share of those of each label. EmbedkitError where it is empty, or
    where a label is left without texts to train on."""
    folds = max(2, round(1 / share))
    if share > 0.5:
        raise EmbedkitError(f"--valid-share {share:g}: leaves less to train on than is held out", "at most .5")
    held = fold_numbers(examples, folds, seed) == 0
    if not held.any():
        raise EmbedkitError(f"--valid-share {share:g}: of {len(examples)} texts none is held out", "a larger share")
    return examples.take(np.flatnonzero(~held)), examples.take(np.flatnonzero(held))


def fold_numbers(examples: Examples, folds: int, seed: int) -> np.ndarray:
    """(N,) int64: the fold of each text, drawn at random, labels spread evenly."""
    order = np.random.default_rng((seed, folds)).permutation(len(examples))
    order = order[np.argsort(examples.first_labels[order], kind="stable")]
    numbers = np.empty(len(examples), np.int64)
    numbers[order] = np.arange(len(examples)) % folds
    return numbers


def fold(data: Data, config, numbers: np.ndarray, number: int) -> Data:
    """The data of a fold: it is what is validated on, the others are trained on, in a vocabulary of their own."""
    train = data.train.take(np.flatnonzero(numbers != number))
    valid = data.train.take(np.flatnonzero(numbers == number))
    vocab, word_ids = labelled.vocabulary(train, config.text)
    return replace(data, vocab=vocab, word_ids=word_ids, train=train, valid=valid, unlabelled=None)
