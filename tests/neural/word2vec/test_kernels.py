"""Whole spans of text against the naive twins: the same chances, number by number."""

from __future__ import annotations

import _word2vec as w2v
import naive
import numpy as np
import pytest

from embedkit.neural.word2vec._kernels import TILE
from embedkit.neural.word2vec.subword_rows import rows_of
from embedkit.text.vocab import Vocab

V = 11
# Words that repeat within windows, lines of one word, an empty line, a line shorter than any window.
LINES = [
    [0, 1, 0, 2, 3, 0, 0, 4],
    [5],
    [],
    [6, 7],
    [1, 1, 1, 8, 1],
    [0],
    [2, 9, 4, 0, 1, 10, 3, 2, 0, 1, 5, 0, 6],
]
# Where outputs fill more than one tile, negatives are drawn from so many words that none comes twice in a step.
MANY = 4000
# Of w0 to w10: some n-grams are of all words, some of one, and two share a bucket.
SUBWORDS = {"minn": 1, "maxn": 3, "buckets": 40}
CASES = {
    "defaults": {},
    "window-1": {"window": 1},
    "fixed": {"dynamic_window": False, "window": 4},
    "wider-than-any-line": {"dynamic_window": False, "window": 20},
    "one-negative": {"negative": 1},
    "two-tiles": {"negative": 7},
    "tiles-full": {"negative": 11},
    "three-tiles": {"negative": 15},
    "subsampling": {"sample": 0.02, "window": 3},
    "one-register": {"dim": 16},
    "one-dimension": {"dim": 1},
    "three-registers": {"dim": 40},
    "hs": {"loss": "hs"},
    "hs-subsampling-fixed": {"loss": "hs", "sample": 0.05, "dynamic_window": False},
    "softmax": {"loss": "softmax"},
    "softmax-fixed": {"loss": "softmax", "dynamic_window": False, "window": 3, "dim": 33},
    "flat-noise": {"ns_exponent": 0.0},
    "rare-noise": {"ns_exponent": -1.0},
    "frozen": {"frozen": True},
    "frozen-hs": {"frozen": True, "loss": "hs"},
    "subwords": SUBWORDS,
    "subwords-sum": SUBWORDS | {"pooling": "sum", "window": 2},
    "subwords-hs": SUBWORDS | {"loss": "hs", "window": 20},
    "subwords-softmax": SUBWORDS | {"loss": "softmax", "sample": 0.05},
    "subwords-frozen": SUBWORDS | {"frozen": True},
}
SKIPGRAM = {
    "pairs": {"share_negatives": "none"},
    "pairs-two-tiles": {"share_negatives": "none", "negative": 7, "dynamic_window": False},
    "pairs-subsampling": {"share_negatives": "none", "sample": 0.02},
    "pairs-hs": {"share_negatives": "none", "loss": "hs"},
    "pairs-frozen": {"share_negatives": "none", "frozen": True},
    "pairs-subwords": SUBWORDS | {"share_negatives": "none"},
}
CBOW = {
    "sum": {"combine": "sum"},
    "sum-divided": {"combine": "sum", "cbow_gradient": "divided"},
    "divided": {"cbow_gradient": "divided"},
    "divided-hs": {"cbow_gradient": "divided", "loss": "hs"},
    "divided-softmax": {"cbow_gradient": "divided", "loss": "softmax"},
    "places": {"position_weights": True},
    "places-fixed": {"position_weights": True, "dynamic_window": False, "window": 3},
    "places-sum": {"position_weights": True, "combine": "sum", "negative": 8},
    "places-divided": {"position_weights": True, "cbow_gradient": "divided"},
    "places-hs": {"position_weights": True, "loss": "hs"},
    "places-softmax": {"position_weights": True, "loss": "softmax"},
    "places-frozen": {"position_weights": True, "frozen": True},
    "sum-hs": {"combine": "sum", "loss": "hs"},
    "sum-softmax": {"combine": "sum", "loss": "softmax"},
    "places-subwords": SUBWORDS | {"position_weights": True},
}
ALL = [("skipgram", name) for name in CASES | SKIPGRAM] + [("cbow", name) for name in CASES | CBOW]


def trainer_of(model, name):
    options = {"dim": 20, "frozen": False} | (CASES | SKIPGRAM | CBOW)[name]
    frozen, corpus = options.pop("frozen"), w2v.corpus_of(LINES, V)
    if options.get("negative", 5) >= TILE:
        corpus.vocab = Vocab.from_words([f"w{i}" for i in range(MANY)], [5] * MANY)
    trainer = w2v.trainer_of(model, corpus, **options)
    if frozen:
        rows, ngrams = np.arange(1, V, 2), len(trainer.subwords.buckets)
        frozen = np.zeros(V + ngrams, np.uint8)
        # All rows of a word whose vector is given are frozen.
        frozen[rows_of(trainer.subwords.words, rows[:2]) if ngrams else rows] = 1
        trainer.tables = trainer.tables._replace(frozen=frozen)
    w2v.shake(trainer)
    return trainer


@pytest.mark.parametrize(("model", "name"), ALL)
def test_equals_the_naive_twin(model, name):
    trainer, state = trainer_of(model, name), 0x9E3779B97F4A7C15
    expected, steps = w2v.Tables.of(trainer), w2v.steps_of(trainer, model, state)
    frozen, plan, subwords = trainer.tables.frozen, trainer.plan, w2v.subwords_of(trainer)
    if subwords:
        count, loss = naive.word2vec_subwords(model, steps, expected, subwords, frozen, plan, 0.1, 0.25, 0.5)
    else:
        count, loss = naive.word2vec(model, steps, expected, frozen, plan, 0.1, 0.25, 0.5)
    if trainer.plan.negative >= TILE:
        assert all(len({*step.rows}) == len(step.rows) for step in steps)
    found = w2v.run_kernel(trainer, state, 0.1, 0.25, 0.5)
    assert found[0] == count > 0
    assert found[1] == pytest.approx(loss, rel=1e-5)
    for table, twin in zip(w2v.Tables.of(trainer), expected):
        np.testing.assert_allclose(table, twin, rtol=1e-4, atol=2e-6)
    if len(frozen):
        start, rows = w2v.Tables.of(trainer_of(model, name)).inputs, frozen > 0
        assert np.array_equal(w2v.Tables.of(trainer).inputs[rows], start[rows])
        assert not np.isclose(expected.inputs[~rows], start[~rows]).all(1).any()


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_padding_and_the_row_of_zeros_stay_zero(model, loss):
    trainer = w2v.trainer_of(model, w2v.corpus_of(LINES, V), dim=20, loss=loss, negative=7)
    w2v.shake(trainer)
    w2v.run_kernel(trainer, 1, 0.1)
    inputs, outputs = (table.reshape(-1, 32) for table in trainer.tables[:2])
    # A row for every word, or for every node of the tree; and one more.
    assert (len(inputs), len(outputs)) == (V + 1, V if loss == "hs" else V + 1)
    assert not inputs[:, 20:].any()
    assert not inputs[-1].any()
    assert not outputs[:, 20:].any()
    assert not outputs[-1].any()


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_a_text_without_neighbours(model):
    trainer = w2v.trainer_of(model, w2v.corpus_of([[0], [1], [], [2]]), dim=4)
    before = trainer.tables.inputs.copy()
    assert w2v.run_kernel(trainer, 1, 0.1) == (0, 0.0)
    assert np.array_equal(trainer.tables.inputs, before)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_two_words_have_each_other_as_noise(model):
    # Of two words only the other one is no target; one of three is never drawn.
    trainer = w2v.trainer_of(model, w2v.corpus_of([[0, 1, 0, 1, 1]] * 3), dim=4, negative=3)
    steps = w2v.steps_of(trainer, model, 5)
    assert all(step.rows[1:] == [1 - step.target] * 3 for step in steps)
    w2v.shake(trainer)
    twin = w2v.Tables.of(trainer)
    _, loss = naive.word2vec(model, steps, twin, (), trainer.plan, 0.1)
    assert w2v.run_kernel(trainer, 5, 0.1)[1] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("score", [0, -7, 7])
def test_wide_windows_lose_no_loss(score):
    # Its loss is the logarithm of a product of thousands of chances, some of them small.
    trainer = w2v.trainer_of("skipgram", w2v.corpus_of([list(range(40))]), dim=1, window=40, negative=60)
    for table, value in zip(trainer.tables[:2], (1, score)):
        table[:-16:16] = value
    steps = w2v.steps_of(trainer, "skipgram", 3)
    expected = sum(len(step.words) for step in steps) * (np.logaddexp(0, -score) + 60 * np.logaddexp(0, score))
    # Nothing moves, so every score stays.
    assert w2v.run_kernel(trainer, 3, 0.0)[1] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("loss", "expected"), [("ns", 2 * 15.2), ("hs", 15.2), ("softmax", 160)])
def test_sure_and_wrong_is_a_large_loss_not_an_error(loss, expected):
    # Inputs say word 1 (or right, in the tree) and never word 0, which is half of the text.
    trainer = w2v.trainer_of("skipgram", w2v.corpus_of([[0, 1]]), dim=1, negative=1, window=1, loss=loss)
    trainer.tables.inputs[:17:16] = 160
    trainer.tables.outputs[:17:16] = {"ns": [-1, 1], "hs": [-1, 0], "softmax": [-10, -9]}[loss]
    examples, loss = w2v.run_kernel(trainer, 3, 0.0)
    assert examples == 2
    assert loss == pytest.approx(expected, abs=1)


def test_what_fills_a_tile_belongs_to_no_word():
    # Eight outputs leave four places of the second tile: were they words 8 to 11, their rows would get in.
    trainer = w2v.trainer_of("skipgram", w2v.corpus_of([[0, 1, 2, 3]], 14), dim=4, negative=7)
    w2v.shake(trainer)
    trainer.tables.outputs.reshape(-1, 16)[4:14] = np.nan
    assert np.isfinite(w2v.run_kernel(trainer, 3, 0.1)[1])
    assert np.isfinite(trainer.tables.inputs).all()
