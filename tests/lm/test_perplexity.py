import math

import numpy as np
import pytest
from _lm import bigrams, counter, uniform

from embedkit.lm.perplexity import Perplexity, perplexity

EOS, UNK, A, B = range(4)


def log2s(*exponents):
    return -math.log(2) * sum(exponents)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("V", [2, 7, 18])
def test_a_uniform_model_has_perplexity_v(V, reset):
    ids = np.random.default_rng(V).integers(0, V, 500)
    ids[-1] = EOS
    found = perplexity(uniform(V), ids, reset=reset, steps=64)
    assert found.perplexity == pytest.approx(V, rel=1e-6)
    assert found.perplexity_known == pytest.approx(V, rel=1e-6)
    assert found.bits_per_token == pytest.approx(math.log2(V), rel=1e-6)
    assert (found.tokens, found.unknown) == (500, np.count_nonzero(ids == UNK))


def test_sums_by_hand():
    # <eos> →a (1/2) →b (1/2) →<eos> (1/2) →<unk> (1/8) →<eos> (1/4)
    found = perplexity(bigrams(), np.array([A, B, EOS, UNK, EOS], np.int32))
    assert (found.tokens, found.unknown) == (5, 1)
    assert found.total == pytest.approx(log2s(1, 1, 1, 3, 2), rel=1e-6)
    assert found.perplexity == pytest.approx(2 ** (8 / 5), rel=1e-6)
    # The line end after the <unk> counts, the <unk> does not.
    assert found.perplexity_known == pytest.approx(2 ** (5 / 4), rel=1e-6)
    assert found.bits_per_token == pytest.approx(8 / 5, rel=1e-6)


def test_nothing_but_unknown_words():
    found = perplexity(bigrams(), np.array([UNK]))
    assert (found.perplexity_known, found.perplexity) == (None, pytest.approx(8, rel=1e-6))


def test_a_model_without_unk_has_no_unknown_words():
    found = perplexity(bigrams(unk="nothing"), np.array([UNK, EOS]))
    assert (found.unknown, found.perplexity_known) == (0, found.perplexity)


def test_what_cannot_be_is_infinitely_perplexing():
    assert Perplexity(2, 0, -math.inf, 0.0).perplexity == math.inf
    assert Perplexity(1, 0, -1000.0, 0.0).perplexity == math.inf


def text(lines, rng):
    """Lines of 0 to 9 words, ended."""
    return np.concatenate([[*rng.integers(1, 4, rng.integers(0, 10)), EOS] for _ in range(lines)])


@pytest.mark.parametrize("model", [bigrams(), counter()])
def test_steps_and_batches_change_nothing(model):
    ids = text(60, np.random.default_rng(3))
    for reset in (False, True):
        whole = perplexity(model, ids, reset=reset, steps=10**6, batch=1)
        for steps, batch in ((1, 1), (3, 2), (7, 59), (100, 60), (5, 1000)):
            found = perplexity(model, ids, reset=reset, steps=steps, batch=batch)
            assert found.tokens == len(ids)
            assert found.unknown == whole.unknown
            assert found.total == pytest.approx(whole.total, rel=1e-12)
            assert found.unknown_total == pytest.approx(whole.unknown_total, rel=1e-12)


def test_a_model_that_takes_no_batches_gets_none():
    model = bigrams()
    ids = text(40, np.random.default_rng(4))
    together = perplexity(model, ids, reset=True, batch=8)
    assert max(model.asked) == 8
    model.supports_batching, model.asked = False, []
    assert perplexity(model, ids, reset=True, batch=8).total == pytest.approx(together.total, rel=1e-12)
    assert set(model.asked) == {1}


def test_a_model_is_given_as_many_words_at_a_time_as_suit_it():
    model, lengths = bigrams(), []
    score, model.steps = model.score, 7
    model.score = lambda inputs, *rest: lengths.append(len(inputs)) or score(inputs, *rest)
    perplexity(model, np.full(20, EOS))
    assert lengths == [7, 7, 6]


def test_lines_are_read_on_or_anew():
    model = counter()
    ids = np.array([A, EOS, A, EOS])

    def probability(fed, id):
        return (1 + (id + fed) % 4) / 10

    read_on = [probability(fed, id) for fed, id in zip((1, 2, 3, 4), ids)]
    anew = [probability(fed, id) for fed, id in zip((1, 2, 1, 2), ids)]
    assert perplexity(model, ids).total == pytest.approx(np.log(read_on).sum(), rel=1e-6)
    assert perplexity(model, ids, reset=True).total == pytest.approx(np.log(anew).sum(), rel=1e-6)
    assert read_on != anew


def test_sums_are_exact_enough_for_long_texts():
    """float32 would lose the last digits of a million equal terms."""
    found = perplexity(uniform(7), np.zeros(1_000_000, np.int32))
    assert found.total == pytest.approx(1_000_000 * float(np.float32(-math.log(7))), rel=1e-11)
