"""Spans of documents against the naive twin: the same chances, number by number; gradients by finite differences."""

from __future__ import annotations

from dataclasses import fields

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


def steps_of(trainer, ids, place) -> list[naive.Step]:
    """All that chance decides, in the order in which the kernels ask for it; documents are words of their own."""
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
            half = 1 + rng.below(plan.window) if plan.window and plan.dynamic else plan.window
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


def learn(trainer, steps, tables, lr=0.1, done=0.25, share=0.1) -> tuple[int, float]:
    """Take the steps, as `naive.word2vec`; of pure PV-DBOW a group at a time, all scores of which come first."""
    if trainer.plan.window:
        model = "cbow" if trainer.config.model.algorithm == "dm" else "skipgram"
        return naive.word2vec(model, steps, tables, (), trainer.plan, lr, done, share)
    (inputs, outputs, *_), loss, groups = tables, 0.0, []
    for step in steps:
        same = groups and len(groups[-1]) < GROUP and groups[-1][0].words == step.words
        if same and int(groups[-1][0].when) == int(step.when):
            groups[-1].append(step)
        else:
            groups.append([step])
    for group in groups:
        row, rate = inputs[group[0].words[0]].copy(), lr * (1 - (done + share * group[0].when))
        scores = [outputs[step.rows] @ row for step in group]
        for step, scored in zip(group, scores):
            loss += naive.word2vec_loss(scored[None], step.right, False)
            moves = rate * (np.array(step.right) - 1 / (1 + np.exp(-scored)))
            # What stands in two tiles has moved before it is read again.
            for tile in (slice(at, at + TILE) for at in range(0, len(moves), TILE)):
                inputs[step.words[0]] += moves[tile] @ outputs[step.rows[tile]]
                np.add.at(outputs, step.rows[tile], np.outer(moves[tile], row))
    return len(steps), loss


@pytest.mark.parametrize("name", CASES)
def test_equals_the_naive_twin(name):
    trainer = trainer_of(**CASES[name])
    ids, place = np.array(trainer.corpus.ids), Place(trainer.words, 1, False)
    twin = w2v.Tables.of(trainer)
    count, loss = learn(trainer, steps_of(trainer, ids, place), twin)
    assert run_kernel(trainer, ids, place) == (count, pytest.approx(loss, rel=1e-5))
    for table, expected in zip(w2v.Tables.of(trainer)[:2], twin):
        np.testing.assert_allclose(table, expected, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("name", ["dbow", "dbow words hs", "dm", "dm hs"])
def test_a_new_document_moves_alone(name):
    trainer = trainer_of(**CASES[name])
    ids, place = np.array([2, 9, 4, 0, 1, 10, 3, 2], np.int32), Place(trainer.words + 1, 3, True)
    before, steps = w2v.Tables.of(trainer), steps_of(trainer, ids, place)
    row, size = before.inputs[place.document].copy(), 1 if trainer.plan.window else GROUP
    for turn in range(place.passes):
        mine = [step for step in steps if int(step.when) == turn]
        for group in (mine[at : at + size] for at in range(0, len(mine), size)):
            start, change = row, 0
            for step in group:
                inputs, outputs = before.inputs.copy(), before.outputs.copy()
                inputs[place.document] = start
                step = step._replace(when=group[0].when)
                learn(trainer, [step], (inputs, outputs, ()))
                change = change + inputs[place.document] - start
            row = start + change
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
    tables, steps = w2v.Tables.of(trainer), steps_of(trainer, ids, place)
    model = "cbow" if trainer.config.model.algorithm == "dm" else "skipgram"

    def loss(row):
        inputs, total = tables.inputs.copy(), 0.0
        inputs[place.document] = row
        for step in steps:
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
