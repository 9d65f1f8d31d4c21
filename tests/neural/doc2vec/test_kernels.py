"""Spans of documents against the naive twin: the same chances, number by number; gradients by finite differences."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import NamedTuple

import _word2vec as w2v
import naive
import numpy as np
import pytest

from embedkit.config import Config
from embedkit.neural.doc2vec._kernels import GROUP, Place
from embedkit.neural.doc2vec.model import MODEL
from embedkit.neural.doc2vec.trainer import DocumentTrainer
from embedkit.neural.word2vec._kernels import TILE
from embedkit.text.documents import Documents
from embedkit.text.vocab import Vocab
from embedkit.training.contract import Run

V = 11
# Words that repeat, a document of one word, an empty one.
LINES = [[0, 1, 0, 2, 3, 0, 0, 4], [5], [], [6, 7], [1, 1, 8, 1], [2, 9, 4, 0, 1, 10, 3, 2, 0, 1, 5, 0, 6]]
CASES = {
    "dbow": {},
    "dbow two tiles": {"negative": 7},
    "dbow subsampling": {"sample": 0.02},
    "dbow words": {"dbow_words": True},
    "dbow words hs": {"dbow_words": True, "loss": "hs", "window": 2},
    "dbow words fixed": {"dbow_words": True, "dynamic_window": False, "window": 3},
    "dm": {"algorithm": "dm"},
    "dm sum": {"algorithm": "dm", "combine": "sum", "dynamic_window": False},
    "dm hs": {"algorithm": "dm", "loss": "hs", "sample": 0.05},
}
STATE = 0x9E3779B97F4A7C15


def documents(lines=LINES, size=V) -> Documents:
    text = w2v.corpus_of(lines, size)
    names = Vocab.from_words(map(str, range(1, len(lines) + 1)))
    return Documents(text.vocab, text.ids, names, text.tokens, text.sha256)


def trainer_of(**options) -> DocumentTrainer:
    options, sections = {"dim": 20, "threads": 1, "lr": 0.1} | options, {}
    for name, kind in MODEL.sections.items():
        sections[name] = kind(**{f.name: options.pop(f.name) for f in fields(kind) if f.name in options})
    assert not options, options
    trainer = DocumentTrainer(documents(), Config(**sections), Run())
    w2v.shake(trainer)
    return trainer


def run_kernel(trainer, ids, place, lr=0.1, done=0.25, share=0.1):
    sums, rng = np.array([0.0, 1.0]), np.array([STATE], np.uint64)
    model = trainer.draws, trainer.tree, trainer.plan
    examples = trainer.kernel(ids, trainer.tables, place, *model, lr, done, share, rng, trainer.scratch[0], sums)
    return examples, sums[0]


class Group(NamedTuple):
    """Words that a document predicts at once, and the noise words that they share, each with a weight."""

    when: float
    document: int
    targets: list[int]
    noises: list[int]
    weight: float


def groups_of(trainer, ids, place) -> list[Group]:
    """All that chance decides of pure PV-DBOW, in the order in which the kernel asks for it."""
    keep, threshold, alias = (array.tolist() for array in trainer.draws)
    rng, groups, count = naive.Xorshift(STATE), [], len(trainer.scratch[0].noises) // 2
    for turn in range(place.passes):
        kept = [word for word in ids.tolist() if word < 0 or keep[word] > rng.draw()]
        noises, document, at = [rng.noise(-1, threshold, alias) for _ in range(count)], place.document, 0
        while at < len(kept):
            targets = list(itertools.takewhile(lambda word: word >= 0, kept[at : at + GROUP]))
            if targets:
                weight = trainer.plan.negative * len(targets) / count
                groups.append(Group(turn + at / len(kept), document, targets, noises, weight))
                noises = [rng.noise(-1, threshold, alias) for _ in range(count)]
                at += len(targets)
            else:
                document, at = document + 1, at + 1
    return groups


def group_loss(group: Group, scores: np.ndarray) -> float:
    """Weighted minus log chances. scores: (n + K,)"""
    n = len(group.targets)
    right = naive.word2vec_loss(scores[None, :n], [True] * n, False)
    return right + group.weight * naive.word2vec_loss(scores[None, n:], [False] * len(group.noises), False)


def learn_groups(groups, tables, lr=0.1, done=0.25, share=0.1, is_new=False) -> tuple[int, float]:
    """Take the steps of pure PV-DBOW. Targets fill their tiles only in a whole group."""
    (inputs, outputs, *_), loss = tables, 0.0
    for group in groups:
        row, n = inputs[group.document].copy(), len(group.targets)
        rows = np.array(group.targets + group.noises)
        scores = outputs[rows] @ row
        loss += group_loss(group, scores)
        moves = lr * (1 - (done + share * group.when)) * np.where(np.arange(len(rows)) < n, 1, -group.weight)
        moves *= 1 / (1 + np.exp(np.where(np.arange(len(rows)) < n, scores, -scores)))
        places = np.array([*range(n), *range(GROUP, GROUP + len(group.noises))]) // TILE
        for tile in range(places[-1] + 1):
            # What stands in two tiles has moved before it is read again.
            mine = places == tile
            inputs[group.document] += moves[mine] @ outputs[rows[mine]]
            np.add.at(outputs, rows[mine], np.outer(moves[mine], row) * (not is_new))
    return sum(len(group.targets) for group in groups), loss


def steps_of(trainer, ids, place) -> list[naive.Step]:
    """All that chance decides where there are windows; documents are words of their own."""
    keep, threshold, alias = (array.tolist() for array in trainer.draws)
    starts, nodes, signs = (array.tolist() for array in trainer.tree)
    plan, rng, steps = trainer.plan, naive.Xorshift(STATE), []
    is_dm = trainer.config.model.algorithm == "dm"
    for turn in range(place.passes):
        kept = [word for word in ids.tolist() if word < 0 or keep[word] > rng.draw()]
        drawn = [[rng.noise(w, threshold, alias) for _ in range(plan.negative)] if w >= 0 else [] for w in kept]
        for at, target in enumerate(kept):
            if target < 0:
                continue
            half = 1 + rng.below(plan.window) if plan.dynamic else plan.window
            document, near = place.document + kept[:at].count(-1), []
            for side in (-1, 1):
                for distance in range(1, half + 1):
                    i = at + side * distance
                    if not 0 <= i < len(kept) or kept[i] < 0:
                        break
                    near.append(kept[i])
            words = [document, *(near if is_dm or not place.is_new else [])]
            rows, right = [target, *drawn[at]], [True] + [False] * plan.negative
            if plan.loss == 1:
                way = slice(starts[target], starts[target + 1])
                rows, right = nodes[way], [sign > 0 for sign in signs[way]]
            steps.append(naive.Step(turn + at / len(kept), target, words, [], rows, right, 0, []))
    return steps


def twin_of(trainer, ids, place) -> list:
    """Steps for `learn`, one after the other."""
    return (steps_of if trainer.plan.window else groups_of)(trainer, ids, place)


def learn(trainer, steps, tables, lr=0.1, done=0.25, share=0.1) -> tuple[int, float]:
    """Take steps: (examples, loss)."""
    if not trainer.plan.window:
        return learn_groups(steps, tables, lr, done, share)
    model = "cbow" if trainer.config.model.algorithm == "dm" else "skipgram"
    return naive.word2vec(model, steps, tables, (), trainer.plan, lr, done, share)


@pytest.mark.parametrize("name", CASES)
def test_equals_the_naive_twin(name):
    trainer = trainer_of(**CASES[name])
    ids, place = np.array(trainer.corpus.ids), Place(trainer.words, 1, False)
    twin = w2v.Tables.of(trainer)
    count, loss = learn(trainer, twin_of(trainer, ids, place), twin)
    assert run_kernel(trainer, ids, place) == (count, pytest.approx(loss, rel=1e-5))
    for table, expected in zip(w2v.Tables.of(trainer)[:2], twin):
        np.testing.assert_allclose(table, expected, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("name", ["dbow", "dbow words hs", "dm", "dm hs"])
def test_a_new_document_moves_alone(name):
    trainer = trainer_of(**CASES[name])
    ids, place = np.array([2, 9, 4, 0, 1, 10, 3, 2] * 2, np.int32), Place(trainer.words + 1, 3, True)
    before = w2v.Tables.of(trainer)
    row = before.inputs[place.document]
    for step in twin_of(trainer, ids, place):
        tables = before.inputs.copy(), before.outputs.copy(), ()
        tables[0][place.document] = row
        if trainer.plan.window:
            learn(trainer, [step], tables)
        else:
            learn_groups([step], tables, is_new=True)
        row = tables[0][place.document]
    run_kernel(trainer, ids, place)
    after = w2v.Tables.of(trainer)
    np.testing.assert_allclose(after.inputs[place.document], row, rtol=1e-4, atol=2e-6)
    others = np.arange(len(after.inputs)) != place.document
    assert (after.inputs[others] == before.inputs[others]).all()
    assert (after.outputs == before.outputs).all()


@pytest.mark.parametrize("name", ["dbow", "dbow words hs", "dm", "dm hs"])
def test_the_gradient_of_a_document_by_finite_differences(name):
    trainer = trainer_of(**CASES[name], dim=3)
    ids, place = np.array([0, 3, 1, 7, 2], np.int32), Place(trainer.words, 1, True)
    tables, steps = w2v.Tables.of(trainer), twin_of(trainer, ids, place)
    model = "cbow" if trainer.config.model.algorithm == "dm" else "skipgram"

    def loss(row):
        inputs, total = tables.inputs.copy(), 0.0
        inputs[place.document] = row
        for step in steps:
            if not trainer.plan.window:
                total += group_loss(step, tables.outputs[step.targets + step.noises] @ row)
                continue
            hidden = naive.word2vec_hidden(model, step, inputs, (), trainer.plan.mean)
            # Of a mean each part gets the whole gradient: as if what is added were not divided.
            if model == "cbow":
                hidden = naive.word2vec_hidden(model, step, tables.inputs, (), trainer.plan.mean)
                hidden = hidden + row - tables.inputs[place.document]
            total += naive.word2vec_loss(hidden @ tables.outputs[step.rows].T, step.right, False)
        return total

    start, h, lr = tables.inputs[place.document], 1e-5, 1e-4
    numeric = [(loss(start + h * e) - loss(start - h * e)) / (2 * h) for e in np.eye(3)]
    run_kernel(trainer, ids, place, lr, 0.0, 0.0)
    moved = (w2v.Tables.of(trainer).inputs[place.document] - start) / -lr
    np.testing.assert_allclose(moved, numeric, rtol=5e-3, atol=2e-3)
