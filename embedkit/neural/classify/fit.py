"""Training of a classifier, whatever its encoder: cross-validation, pseudo-labels, and the training itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...classification.measures import Truth, is_right
from ...errors import EmbedkitError
from ...training.checkpoint import Checkpoint
from .data import Data, fold, fold_numbers


def train(encoder, data: Data, config, run):
    """The result of `encoder.fit` for all of the data; its metadata tell of folds and pseudo-labels.

    `encoder.fit(data, config, run)` gives (trained, probabilities): what is saved, and a function that gives (N, K)
    float32 probabilities of labels for `Examples` of the same types.
    """
    facts, provenance = {}, data.provenance
    if config.training.folds:
        facts["folds"] = cross_validate(encoder, data, config, run)
    if data.unlabelled is not None:
        data, facts["pseudo_labels"] = with_pseudo_labels(encoder, data, config, run)
    run.checkpoint.identity["texts"] = provenance  # which also differ by weights, and by texts without labels
    trained, _ = encoder.fit(data, config, run)
    trained.metadata |= facts
    return trained


def cross_validate(encoder, data: Data, config, run) -> list[float]:
    """The accuracy of each fold, of a training on the others that ends where `epochs` do."""
    numbers, found = fold_numbers(data.train, config.training.folds, config.training.seed), []
    for number in range(config.training.folds):
        part = fold(data, config, numbers, number)
        _, probabilities = encoder.fit(replace(part, valid=None), config, _unkept(run))
        right = is_right(probabilities(part.valid), Truth(part.valid.labels, part.valid.label_starts))
        found.append(float(right.mean()))
        run.progress.event("fold", fold=number + 1, accuracy=found[-1], texts=len(part.valid))
        run.progress.say(f"fold {number + 1}/{config.training.folds}: accuracy {found[-1]:.4f}")
    mean, sd = np.mean(found), np.std(found, ddof=1)
    run.progress.event("folds", accuracy=float(mean), sd=float(sd))
    run.progress.say(f"{config.training.folds} folds: accuracy {mean:.4f} ± {sd:.4f}")
    return found


def with_pseudo_labels(encoder, data: Data, config, run) -> tuple[Data, dict]:
    """`data` with the texts without labels whose likeliest label, of a first training, has `confidence`; and facts.

    One round. Each label gets at most as many as keep the shares of the labels as they are: otherwise the frequent ones
    feed themselves.
    """
    training, names = config.training, data.names
    _, probabilities = encoder.fit(replace(data, unlabelled=None), config, _unkept(run))
    found = probabilities(data.unlabelled)
    best, labels = found.max(1), found.argmax(1)
    sure = best >= training.confidence
    shares = data.train.label_counts / data.train.label_counts.sum()
    counts = np.bincount(labels[sure], minlength=len(names))
    most = np.floor(shares * np.min(counts[shares > 0] / shares[shares > 0]) + 0.5).astype(int)
    order = np.argsort(-best, kind="stable")
    chosen = np.concatenate([order[(sure & (labels == k))[order]][: most[k]] for k in range(len(names))])
    facts = {"texts": len(data.unlabelled), "confident": int(sure.sum()), "taken": len(chosen)}
    facts["labels"] = {names[k]: int(min(counts[k], most[k])) for k in range(min(len(names), 100))}
    said = f"{len(chosen):,} of {len(data.unlabelled):,} texts without labels are taken at {training.confidence:g}"
    if data.valid is not None:
        checked = probabilities(data.valid)
        asked = checked.max(1) >= training.confidence
        right = is_right(checked, Truth(data.valid.labels, data.valid.label_starts))[asked]
        facts["valid"] = {"confident": int(asked.sum()), "right": int(right.sum())}
        said += f"; of {int(asked.sum()):,} such in validation {int(right.sum()):,} are right"
    run.progress.event("pseudo-labels", **facts)
    run.progress.say(said)
    if not len(chosen):
        raise EmbedkitError("--unlabelled: no text gets a pseudo-label", "a lower --confidence takes more")
    more = data.unlabelled.take(chosen).labelled(labels[chosen], training.pseudo_weight)
    return replace(data, train=data.train.join(more)), facts


def _unkept(run):
    """`run` without its checkpoint: of a training before the one that counts."""
    return replace(run, checkpoint=Checkpoint())
