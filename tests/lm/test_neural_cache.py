import math

import numpy as np
import pytest
from _lm import bigrams, remembering

from embedkit.lm import neural_cache
from embedkit.lm.neural_cache import NeuralCache, score_cached
from embedkit.lm.score import score_text

rng = np.random.default_rng(6)
THETAS = (0.1, 0.7, 3.0)


def naive(H, words, size, theta, V):
    """Equation 3 of Grave et al. word by word."""
    found = []
    for t, word in enumerate(words):
        past = range(max(0, t - size), t)
        weights = [math.exp(theta * float(np.dot(H[t], H[i]))) for i in past]
        same = [weight for i, weight in zip(past, weights) if words[i] == word]
        found.append(sum(same) / sum(weights) if weights else 1 / V)
    return found


@pytest.fixture
def text():
    return rng.standard_normal((120, 4)).astype(np.float32), rng.integers(0, 5, 120)


@pytest.mark.parametrize("queries", [1, 7, 64, 1000])
@pytest.mark.parametrize("size", [1, 2, 10, 119, 500])
def test_it_is_the_naive_one(text, size, queries, monkeypatch):
    monkeypatch.setattr(neural_cache, "QUERIES", queries)
    found = NeuralCache(size, THETAS, 5)(*text)
    for row, theta in zip(found, THETAS):
        np.testing.assert_allclose(row, naive(*text, size, theta, 5), rtol=2e-5, atol=1e-12)


@pytest.mark.parametrize("part", [1, 3, 50, 119])
def test_parts_are_the_whole(text, part):
    H, words = text
    whole, cache = NeuralCache(20, THETAS, 5)(H, words), NeuralCache(20, THETAS, 5)
    parts = [cache(H[at : at + part], words[at : at + part]) for at in range(0, 120, part)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=1e-4, atol=1e-12)


def test_the_cache_keeps_what_it_was_given(text):
    """A model may use the memory of its hidden states again."""
    H, words = text[0].copy(), text[1]
    cache, buffer = NeuralCache(20, (0.5,), 5), H[:60].copy()
    cache(buffer, words[:60])
    buffer[:] = 9
    np.testing.assert_allclose(cache(H[60:], words[60:]), NeuralCache(20, (0.5,), 5)(H, words)[:, 60:], rtol=1e-4)


def test_no_more_is_kept_than_the_cache_holds(text):
    cache = NeuralCache(20, (0.5,), 5)
    cache(*text)
    assert cache._states.base is None
    assert (cache._states.shape, cache._words.shape) == ((20, 4), (20,))


def test_large_exponents():
    H = np.array([[300], [300], [-300], [300]], np.float32)
    (found,) = NeuralCache(9, (3.0,), 2)(H, np.array([0, 1, 1, 1]))
    np.testing.assert_allclose(found, [1 / 2, 0, 1 / 2, 1 / 2])


def test_where_all_states_are_alike_words_have_their_shares():
    ids = np.array([2, 2, 3, 2, 3])
    found = NeuralCache(3, (1.0,), 5)(np.ones((5, 2), np.float32), ids)[0]
    np.testing.assert_allclose(found, [1 / 5, 1, 0, 2 / 3, 1 / 3], rtol=1e-6)


def test_of_a_model():
    """The state before a word is looked up, that after it is not: the first word comes after a line end."""
    model, ids = remembering(), rng.integers(0, 4, 3000)
    scores, logs = score_cached(model, ids, 25, THETAS)
    assert scores.tolist() == np.concatenate(list(score_text(bigrams(), ids))).tolist()
    H = model.vectors[np.concatenate([[model.eos], ids[:-1]])]
    for row, theta in zip(logs, THETAS):
        np.testing.assert_allclose(np.exp(row), naive(H, ids.tolist(), 25, theta, 4), rtol=2e-5, atol=1e-12)
