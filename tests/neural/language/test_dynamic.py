"""Dynamic evaluation: what was scored is learnt from, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from _language_models import LANGUAGE_MODELS, architecture
from _lm import bigrams

from embedkit.lm.perplexity import perplexity
from embedkit.neural.language.model import NetworkLanguageModel
from embedkit.neural.language.network import build
from embedkit.text.vocab import Vocab
from embedkit.training.param import Param

WORDS = ["<eos>", "<unk>", *"abcde"]
IDS = np.random.default_rng(4).integers(0, len(WORDS), 23)


def untrained(kind="lstm", dtype=np.float32, **options):
    """A model of random parameters, larger than those that training begins with."""
    made = np.random.default_rng(1)
    model = architecture(kind).sections["model"](embed=3, hidden=3, **options)

    def make(name, shape, first):
        return Param(name, made.normal(0, 0.5, shape).astype(dtype))

    network = build(architecture(kind), model, len(WORDS), make)
    return NetworkLanguageModel(network, Vocab.from_words(WORDS), 0, 1, {})


def scores(model, ids, pieces=(1000,)):
    """Log probabilities of `ids`, asked for in pieces of these lengths."""
    read = np.concatenate([[model.eos], ids])[:, None]
    state, found, at = model.start(1), [], 0
    for length in pieces:
        part, state = model.score(read[:-1][at : at + length], read[1:][at : at + length], state)
        found, at = [*found, part[:, 0]], at + length
    return np.concatenate(found)


def mean_loss(model, read, wanted, state):
    return -float(model.score(read, wanted, state)[0].mean())


@pytest.mark.parametrize("tie", [False, True])
@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_each_step_is_that_of_the_formula(kind, tie):
    """With numeric gradients, in float64."""
    lr, decay, segment = 0.3, 0.2, 4
    expected, by_hand = [], untrained(kind, np.float64, tie=tie)
    read, state = np.concatenate([[0], IDS])[:, None], by_hand.start(1)
    params = by_hand.network.params
    trained = [param.value.copy() for param in params]
    for at in range(0, 12, segment):
        part = read[:-1][at : at + segment], read[1:][at : at + segment]
        slopes = [np.zeros_like(value) for value in trained]
        for param, slope in zip(params, slopes):
            for place in np.ndindex(slope.shape):
                held = param.value[place]
                for sign in (1, -1):
                    param.value[place] = held + sign * 1e-5
                    slope[place] += sign * mean_loss(by_hand, *part, state) / 2e-5
                param.value[place] = held
        found, state = by_hand.score(*part, state)
        expected.append(found[:, 0])
        for param, slope, start in zip(params, slopes, trained):
            param.value += decay * (start - param.value) - lr * slope
    adapting = untrained(kind, np.float64, tie=tie).adapting(lr=lr, segment=segment, decay=decay)
    np.testing.assert_allclose(scores(adapting, IDS[:12]), np.concatenate(expected), rtol=1e-6)


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_the_model_stays_as_it_is(kind):
    model = untrained(kind, dropout=0.5)
    before = [param.value.copy() for param in model.network.params]
    adapted, static = scores(model.adapting(lr=0.5, segment=5), IDS), scores(model, IDS)
    for param, value in zip(model.network.params, before):
        np.testing.assert_array_equal(param.value, value)
    np.testing.assert_allclose(adapted[:5], static[:5], rtol=1e-6)
    assert not np.isclose(adapted[5:], static[5:]).all()


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_without_learning_scores_are_those_of_the_model(kind):
    model = untrained(kind)
    np.testing.assert_allclose(scores(model.adapting(lr=0.0, segment=4), IDS), scores(model, IDS), rtol=1e-5)


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
@pytest.mark.parametrize("pieces", [(1,) * 23, (3, 1, 7, 12), (22, 1)])
def test_it_does_not_matter_where_calls_cut_the_text(kind, pieces):
    model = untrained(kind).adapting(lr=0.5, segment=5)
    np.testing.assert_allclose(scores(model, IDS, pieces), scores(model, IDS), rtol=1e-5)


def test_every_text_begins_with_the_trained_parameters():
    model = untrained().adapting(lr=1.0, segment=2)
    first = scores(model, IDS)
    np.testing.assert_array_equal(scores(model, IDS), first)


def test_what_repeats_is_learnt():
    model, ids = untrained(), np.array([2, 3, 4, 5, 6, 0] * 30)
    static, dynamic = (perplexity(each, ids).perplexity for each in (model, model.adapting(lr=1.0, segment=6)))
    assert dynamic < 0.75 * static


def test_who_can_tell():
    """A model that cannot adapt does not have the method, and one that does is asked for one text at a time."""
    assert not hasattr(bigrams(), "adapting")
    adapting = untrained().adapting()
    assert (adapting.supports_batching, adapting.eos, adapting.unk, list(adapting.vocab)) == (False, 0, 1, WORDS)
