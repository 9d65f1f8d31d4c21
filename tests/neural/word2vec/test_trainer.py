"""Whole trainings: against the twin, towards optima that are known, and on the sample."""

from __future__ import annotations

from pathlib import Path

import _word2vec as w2v
import naive
import numpy as np
import pytest
from _compiler import needs_compiler

from embedkit.config import Text
from embedkit.errors import EmbedkitError, OptionError
from embedkit.eval.analogy import evaluate_questions, read_questions
from embedkit.neural.word2vec import hogwild
from embedkit.runtime.resources import Resources
from embedkit.text import corpus as texts
from embedkit.training.contract import Run

DATA = Path(__file__).parents[3] / "data"
MODELS = ["skipgram", "cbow"]
# Two topics whose words share no line.
NGRAMS = {"minn": 2, "maxn": 3, "buckets": 1000}
LINES = [(np.random.default_rng(line).integers(0, 5, 6) + 5 * (line % 2)).tolist() for line in range(16)]


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize("model", MODELS)
def test_two_epochs_in_spans_equal_the_twin(monkeypatch, model, loss):
    monkeypatch.setattr(hogwild.spans, "__defaults__", (50,))
    corpus, options = w2v.corpus_of(LINES), {"dim": 5, "loss": loss, "sample": 0.05, "lr": 0.3, "seed": 9}
    vectors = w2v.train(model, corpus, epochs=2, **options)
    trainer = w2v.trainer_of(model, corpus, epochs=2, **options)
    twin, losses, cuts = w2v.Tables.of(trainer), [], hogwild.spans(corpus.ids)
    assert len(cuts) == 3
    for epoch in range(2):
        total, count = 0.0, 0
        for begin, end in cuts:
            state = int(np.random.SeedSequence((9, epoch, begin)).generate_state(1, np.uint64)[0]) | 1
            steps = w2v.steps_of(trainer, model, state, corpus.ids[begin:end])
            done, share = (epoch + begin / len(corpus.ids)) / 2, (end - begin) / len(corpus.ids) / 2
            examples, loss = naive.word2vec(model, steps, twin, (), trainer.plan, 0.3, done, share)
            total, count = total + loss, count + examples
        losses.append(total / count)
    assert vectors.metadata["losses"] == pytest.approx(losses, rel=1e-5)
    np.testing.assert_allclose(vectors.matrix, twin.inputs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "options", [{}, {"loss": "hs"}, {"loss": "softmax"}, {"deterministic": True, "threads": 2}, NGRAMS]
)
@pytest.mark.parametrize("model", MODELS)
def test_the_loss_falls_and_topics_part(model, options):
    vectors = w2v.train(model, w2v.corpus_of(LINES), dim=6, epochs=20, lr=0.3, **options)
    losses = vectors.metadata["losses"]
    assert len(losses) == 20
    assert all(isinstance(loss, float) for loss in losses)
    assert losses[-1] < 0.9 * losses[0]
    near = vectors.scores(vectors.matrix)
    within, across = near[:5, :5][~np.eye(5, dtype=bool)], near[:5, 5:]
    assert within.mean() > across.mean() + 0.3


@pytest.mark.parametrize("model", MODELS)
def test_more_noise_words_than_words(model):
    vectors = w2v.train(model, w2v.corpus_of([[0, 1, 2], [2, 1]]), dim=4, negative=12, epochs=3, lr=0.1)
    assert np.isfinite(vectors.matrix).all()
    # Outputs start at 0: thirteen chances of one half.
    assert vectors.metadata["losses"][0] == pytest.approx(13 * np.log(2), rel=0.05)
    assert vectors.metadata["losses"][-1] < vectors.metadata["losses"][0]


def test_full_softmax_finds_the_conditional_distribution():
    together = np.zeros((5, 5), int)
    together[np.triu_indices(5, 1)] = [5, 1, 1, 2, 1, 4, 1, 3, 1, 2]
    lines = [pair for pair in np.ndindex(5, 5) for _ in range(together[pair])]
    order = np.random.default_rng(1).permutation(len(lines))
    corpus, together = w2v.corpus_of([lines[i] for i in order]), together + together.T
    chances = together / together.sum(1, keepdims=True)
    entropy = -(together[together > 0] * np.log(chances[together > 0])).sum() / together.sum()
    options = {"dim": 5, "loss": "softmax", "epochs": 300, "lr": 0.1, "window": 1}
    trainer = w2v.trainer_of("skipgram", corpus, **options)
    loop = w2v.loop_of(trainer)
    loop.train()
    assert loop.history.losses[0] == pytest.approx(np.log(5), rel=0.1)
    assert loop.history.losses[-1] == pytest.approx(entropy, rel=0.012)
    inputs, outputs, _ = w2v.Tables.of(trainer)
    found = np.exp(inputs @ outputs.T)
    np.testing.assert_allclose(found / found.sum(1, keepdims=True), chances, atol=0.03)


def test_negative_sampling_finds_shifted_pmi():
    # Levy & Goldberg (2014): at the optimum a score is log(#(w, c) · N / (#(w) · k · #noise(c))).
    # Two words, one noise word: next to 0 there is 1 in 3 of 4 windows, and itself in the others.
    lines = [[0, 1]] * 6 + [[0, 0]] * 1 + [[1, 1]] * 1
    corpus = w2v.corpus_of([lines[i] for i in np.random.default_rng(1).permutation(8)])
    trainer = w2v.trainer_of("skipgram", corpus, dim=3, negative=1, epochs=300, lr=0.3, window=1)
    w2v.loop_of(trainer).train()
    inputs, outputs, _ = w2v.Tables.of(trainer)
    # The noise of a target is the other word: 0 with context 1 is right 6 times where 1 with context 1 is right twice.
    expected = np.log([[2 / 6, 6 / 2], [6 / 2, 2 / 6]])
    np.testing.assert_allclose(inputs @ outputs.T, expected, atol=0.15)


@pytest.mark.parametrize(
    ("model", "options", "expected"),
    [
        ("skipgram", {}, {"width": 112, "window": 5, "dynamic": True, "loss": 0, "negative": 5, "shared": True}),
        ("skipgram", {"share_negatives": "none", "dynamic_window": False}, {"shared": False, "dynamic": False}),
        ("skipgram", {"loss": "hs", "window": 3}, {"loss": 1, "negative": 0, "window": 3}),
        ("skipgram", {"loss": "softmax", "dim": 16}, {"loss": 2, "negative": 0, "width": 16}),
        ("cbow", {"negative": 9}, {"negative": 9, "mean": True, "divided": False}),
        ("cbow", {"cbow_gradient": "divided"}, {"mean": True, "divided": True}),
        ("cbow", {"combine": "sum"}, {"mean": False, "divided": False}),
        # Nothing of a sum is to be divided.
        ("cbow", {"combine": "sum", "cbow_gradient": "divided"}, {"mean": False, "divided": False}),
    ],
)
def test_options_become_the_plan(model, options, expected):
    plan = w2v.trainer_of(model, w2v.corpus_of(LINES), **options).plan._asdict()
    assert {name: plan[name] for name in expected} == expected


def test_chances_follow_the_counts():
    corpus = w2v.corpus_of([[0] * 60 + [1] * 30 + [2] * 10], 4)
    draws = w2v.trainer_of("skipgram", corpus, sample=0.1).draws
    ratio = 0.1 / np.array([0.6, 0.3, 0.1])
    np.testing.assert_allclose(draws.keep[:3] / 2**32, np.minimum(1, np.sqrt(ratio) + ratio), rtol=1e-2)
    assert (w2v.trainer_of("skipgram", corpus, sample=0.0).draws.keep == 2**32).all()
    for exponent in (0.75, 0.0, 1.0, -0.5):
        draws = w2v.trainer_of("skipgram", corpus, ns_exponent=exponent).draws
        own = draws.threshold / 2**32
        weights = np.append(np.array([60.0, 30, 10]) ** exponent, 0)
        found = (own + np.bincount(draws.alias, 1 - own, 4)) / 4
        np.testing.assert_allclose(found, weights / weights.sum(), atol=1e-9)


def test_add_context_adds_output_rows():
    corpus, options = w2v.corpus_of(LINES), {"dim": 5, "epochs": 1, "lr": 0.3}
    trainer = w2v.trainer_of("skipgram", corpus, **options)
    w2v.loop_of(trainer).train()
    inputs, outputs, _ = w2v.Tables.of(trainer)
    assert np.abs(outputs).max() > 0.01
    summed = w2v.train("skipgram", corpus, add_context=True, **options)
    np.testing.assert_allclose(summed.matrix, inputs + outputs, rtol=1e-6, atol=1e-7)


def test_a_word_that_the_text_lacks_is_no_noise():
    corpus = w2v.corpus_of(LINES, 12)
    trainer = w2v.trainer_of("skipgram", corpus, dim=3, epochs=1, lr=0.1, negative=10, ns_exponent=0.0)
    start = w2v.Tables.of(trainer).inputs
    w2v.loop_of(trainer).train()
    inputs, outputs, _ = w2v.Tables.of(trainer)
    assert np.array_equal(inputs[10:], start[10:])
    assert not outputs[10:].any()
    assert outputs[:10].any(1).all()


def test_keep_best_is_the_first_of_the_best_epochs(tmp_path):
    seen, scores = [], iter([0.1, 0.5, 0.3, 0.5])

    def validate(vectors):
        seen.append(vectors.matrix.copy())
        return {"a": next(scores), "b": 0.2}

    config = w2v.config_of("cbow", dim=3, epochs=4, keep_best=True, valid_pairs=("some file",))
    vectors = w2v.MODELS["cbow"][0].MODEL.train(w2v.corpus_of(LINES), config, Run(validation=validate))
    assert vectors.metadata["best_epoch"] == 2
    assert [verdict["a"] for verdict in vectors.metadata["valid"]] == [0.1, 0.5, 0.3, 0.5]
    assert np.array_equal(vectors.matrix, seen[1])
    assert not np.array_equal(vectors.matrix, seen[3])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("deterministic", [False, True])
def test_divergence_is_named(model, deterministic):
    lines = [[0, 1, 2, 0, 1, 2]] * 20
    with np.errstate(all="ignore"), pytest.raises(EmbedkitError, match="diverged in epoch 1 at lr") as caught:
        w2v.train(model, w2v.corpus_of(lines), dim=4, lr=1e30, deterministic=deterministic)
    assert caught.value.hint == "train with a lower --lr"


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([[0, 0, 0]], {}, "only one word is left of the text, 'w0'"),
        ([[0], [1], [0]], {}, "no two words of the text stand near each other"),
        ([[0, 1]], {"loss": "hs", "add_context": True}, "needs an output vector for each word"),
        ([[0, 1]], {"freeze": True}, "there is nothing to keep"),
        ([[0, 1]], {"keep_best": True}, "there are none"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_what_cannot_work_is_refused(model, lines, options, message):
    with pytest.raises((EmbedkitError, OptionError), match=message):
        w2v.train(model, w2v.corpus_of(lines), dim=4, **options)


@needs_compiler
@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("skipgram", {"lr": 0.025}),
        ("skipgram", {"lr": 0.025, "deterministic": True}),
        ("cbow", {"lr": 0.05}),
        ("cbow", {"lr": 0.15, "position_weights": True, "cbow_gradient": "divided"}),
    ],
)
def test_most_sample_questions_are_right(model, options):
    corpus = texts.load([str(DATA / "sample.txt")], Text(), Resources(cache=False))
    vectors = w2v.train(model, corpus, epochs=20, sample=1e-3, threads=2, **options)
    (answers,) = evaluate_questions(vectors, read_questions(str(DATA / "sample-questions.txt")))
    used = sum(section.used for section in answers.sections)
    assert used == 810
    assert sum(section.correct for section in answers.sections) >= 0.8 * used
