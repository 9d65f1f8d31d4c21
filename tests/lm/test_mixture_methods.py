import numpy as np
import pytest
from _lm import bigrams, counter, remembering, reordered

from embedkit.errors import EmbedkitError
from embedkit.lm.align_vocab import ids_in
from embedkit.lm.mixture import CHOICES, DYNAMIC, MODEL, NEURAL, UNIGRAM, Mixture, best_weights, methods_of, mix
from embedkit.lm.neural_cache import score_cached
from embedkit.lm.perplexity import perplexity, token_scores
from embedkit.lm.unigram_cache import unigram_cache


def text(seed, N=400):
    """Words that come again, so that caches are of use."""
    rng = np.random.default_rng(seed)
    return np.concatenate([[*rng.choice(rng.permutation(3)[:2] + 1, 6), 0] for _ in range(N // 7)])


VALID, TEST = text(1), text(2)


def others(*models):
    return [(model, ids_in(model, bigrams(), "LM2")) for model in models]


def test_the_methods_of_components():
    assert methods_of([MODEL]) == {MODEL: [MODEL]}
    assert methods_of([MODEL, DYNAMIC]) == {MODEL: [MODEL], DYNAMIC: [DYNAMIC]}
    assert methods_of([MODEL, 0, 1]) == {MODEL: [MODEL], "interpolate": [MODEL, 0, 1]}
    assert methods_of([MODEL, 0, NEURAL, UNIGRAM, DYNAMIC]) == {
        MODEL: [MODEL],
        "interpolate": [MODEL, 0],
        NEURAL: [MODEL, NEURAL],
        UNIGRAM: [MODEL, UNIGRAM],
        DYNAMIC: [DYNAMIC],
        "all": [MODEL, 0, NEURAL, UNIGRAM, DYNAMIC],
    }


@pytest.mark.parametrize("reset", [False, True])
def test_the_model_alone_is_the_perplexity_of_the_model(reset):
    (found,) = Mixture(counter(), reset=reset)(TEST)
    assert found == (MODEL, perplexity(counter(), TEST, reset=reset))


def test_every_method_by_its_parts():
    mixture = Mixture(remembering(), others(counter(), reordered()), 30, 12, True)
    mixture.tune(VALID)

    def logs(ids):
        static, caches = score_cached(remembering(), ids, 30, (mixture.settings[NEURAL],))
        learnt = token_scores(remembering().adapting(mixture.settings[DYNAMIC]), ids)
        mixed = [token_scores(counter(), ids), token_scores(bigrams(), ids)]
        return np.stack([static, *mixed, caches[0], unigram_cache(ids, 12, 4), learnt])

    valid, test = logs(VALID), logs(TEST)
    found = dict(mixture(TEST))
    rows = {
        "interpolate": [0, 1, 2],
        "neural-cache": [0, 3],
        "unigram-cache": [0, 4],
        "dynamic": [5],
        "all": [*range(6)],
    }
    assert list(found) == ["model", *rows]
    for method, of in rows.items():
        weights = best_weights(valid[of])
        np.testing.assert_allclose(mixture.weights[method], weights, atol=1e-9)
        assert found[method].total == pytest.approx(mix(test[of], weights).sum(), rel=1e-9)
        assert (found[method].tokens, found[method].unknown) == (len(TEST), np.count_nonzero(TEST == 1))


def test_settings_are_the_best_of_those_that_are_tried():
    mixture = Mixture(remembering(), neural_cache=30, dynamic=True)
    mixture.tune(VALID)
    totals = {}
    for theta in CHOICES[NEURAL]:
        for rate in CHOICES[DYNAMIC]:
            fixed = Mixture(remembering(), neural_cache=30, dynamic=True, theta=theta, dynamic_lr=rate)
            fixed.tune(VALID)
            assert fixed.settings == {NEURAL: theta, DYNAMIC: rate}
            found = dict(fixed(VALID))
            totals[theta, rate] = found[NEURAL].total, found[DYNAMIC].total
    best = [max(totals, key=lambda key: totals[key][i])[i] for i in (0, 1)]
    assert mixture.settings == dict(zip((NEURAL, DYNAMIC), best))


def test_given_weights_are_scaled_for_each_method():
    mixture = Mixture(remembering(), others(counter()), 5, 9, theta=0.5, weights=(0.5, 0.2, 0.2, 0.1))
    expected = {
        "model": [1],
        "interpolate": [5 / 7, 2 / 7],
        "neural-cache": [5 / 7, 2 / 7],
        "unigram-cache": [5 / 6, 1 / 6],
    }
    for method, weights in (expected | {"all": [0.5, 0.2, 0.2, 0.1]}).items():
        np.testing.assert_allclose(mixture.weights[method], weights)


def test_components_that_all_weigh_0_weigh_alike():
    mixture = Mixture(remembering(), others(counter()), dynamic=True, dynamic_lr=0.1, weights=(0, 1, 0))
    found = {method: weights.tolist() for method, weights in mixture.weights.items()}
    assert found == {"model": [1], "interpolate": [0, 1], "dynamic": [1], "all": [0, 1, 0]}


def test_given_weights_are_not_tuned():
    mixture = Mixture(remembering(), neural_cache=30, weights=(0.9, 0.1))
    mixture.tune(VALID)
    np.testing.assert_allclose(mixture.weights[NEURAL], [0.9, 0.1])
    totals = {}
    for theta in CHOICES[NEURAL]:
        found = Mixture(remembering(), neural_cache=30, theta=theta, weights=(0.9, 0.1))(VALID)
        totals[theta] = dict(found)[NEURAL].total
    assert mixture.settings[NEURAL] == max(totals, key=totals.get)


@pytest.mark.parametrize("reset", [False, True])
def test_a_model_and_itself_are_the_model(reset):
    mixture = Mixture(bigrams(), others(bigrams(), reordered()), reset=reset)
    mixture.tune(VALID)
    found = dict(mixture(TEST))
    assert found["interpolate"].total == pytest.approx(found["model"].total, rel=1e-7)
    assert found["interpolate"].unknown_total == pytest.approx(found["model"].unknown_total, rel=1e-7)


def test_a_rate_that_breaks_the_model_is_not_chosen():
    class Breaking(type(remembering())):
        def adapting(self, lr):
            model = super().adapting(lr)
            model.logs = model.logs * np.float32(np.nan if lr > 0.5 else 1)
            return model

    model = remembering()
    model.__class__ = Breaking
    mixture = Mixture(model, dynamic=True)
    mixture.tune(VALID)
    assert mixture.settings[DYNAMIC] == max(rate for rate in CHOICES[DYNAMIC] if rate <= 0.5)


def test_ids_of_the_same_words():
    order = ids_in(reordered(), bigrams(), "LM2")
    assert [reordered().vocab[id] for id in order] == list(bigrams().vocab)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["<eos>", "<unk>", "a", "c"], "LM2: lacks the word 'b'"),
        (["<eos>", "<unk>", "a", "b", "d", "c"], "LM2: has a word that LM lacks, 'd'"),
    ],
)
def test_other_words_are_refused(words, cause):
    other = type(bigrams())(words, np.full((len(words), len(words)), 1 / len(words)))
    with pytest.raises(EmbedkitError) as error:
        ids_in(other, bigrams(), "LM2")
    assert str(error.value) == f"{cause}, so it cannot be mixed"


def test_another_line_end_is_refused():
    other = bigrams()
    other.eos = other.vocab.id("b")
    with pytest.raises(EmbedkitError, match="ends lines with 'b'"):
        ids_in(other, bigrams(), "LM2")
