"""N-grams as a language model: `score` and `step` say the same, and a state is a value."""

from __future__ import annotations

import numpy as np
import pytest
from _kneser_ney import EOS, WORDS, random_text, trained

from embedkit.count.ngrams import model as ngram_model
from embedkit.count.ngrams.model import NgramModel, find
from embedkit.lm.perplexity import perplexity

V = len(WORDS)


@pytest.fixture(params=[1, 2, 3, 5])
def model(request):
    return trained(random_text(1, 80), request.param)


@pytest.mark.parametrize("is_text", [False, True])
def test_score_is_step(model, is_text):
    """To the last bit, over several blocks, for several texts side by side; line ends anywhere. In a text the next word
    is the one asked for, but where nothing is asked."""
    rng = np.random.default_rng(3)
    inputs, targets = rng.integers(0, V, (2, 40, 7))
    if is_text:
        targets[:-1] = inputs[1:]
    targets[rng.random(targets.shape) < 0.2] = -1
    state, stepped, expected = model.start(7), model.start(7), []
    for ids, asked in zip(inputs, targets):
        rows, stepped = model.step(ids, stepped)
        assert (rows.shape, rows.dtype) == ((7, V), np.float32)
        expected.append(np.where(asked < 0, 0, rows[np.arange(7), asked]))
    found = []
    for at, end in ((0, 1), (1, 2), (2, 17), (17, 40)):
        scores, state = model.score(inputs[at:end], targets[at:end], state)
        assert scores.dtype == np.float32
        found.append(scores)
    np.testing.assert_array_equal(np.concatenate(found), expected)
    np.testing.assert_array_equal(state, stepped)


def test_words_of_a_text_are_looked_up_once(monkeypatch):
    """The context of the next word is what was found for this one."""
    sought, model, ids = [], trained(random_text(1, 80), 3), random_text(2, 80)
    monkeypatch.setattr(ngram_model, "find", lambda keys, wanted: sought.append(wanted.size) or find(keys, wanted))
    perplexity(model, ids)
    assert sum(sought) == 2 * len(ids) + 1  # the first word is no context yet


@pytest.mark.parametrize("most", [9, 10**4, 2**62])
def test_find(most):
    """In any order, with repetitions, below and above all; where numbers have no bits to spare for their places too."""
    rng = np.random.default_rng(4)
    keys = np.unique(rng.integers(0, most, 300))
    wanted = np.concatenate([rng.choice(keys, 500), rng.integers(-most, most, 500), [most - 1, 0, -1]]).reshape(17, 59)
    places = {key: i for i, key in enumerate(keys.tolist())}
    assert find(keys, wanted).tolist() == [[places.get(key, -1) for key in row] for row in wanted.tolist()]


def test_a_state_is_a_value(model):
    _, state = model.step(np.array([EOS, 2]), model.start(2))
    before = state.copy()
    first, _ = model.step(np.array([2, 3]), state)
    model.score(np.array([[2, 3]]), np.array([[3, 2]]), state)
    np.testing.assert_array_equal(state, before)
    np.testing.assert_array_equal(model.step(np.array([2, 3]), state)[0], first)


def test_a_line_end_forgets_what_was_before(model):
    _, state = model.step(np.array([2, 3]), model.start(2))
    rows, _ = model.step(np.array([EOS, EOS]), state)
    begin, _ = model.step(np.array([EOS]), model.start(1))
    np.testing.assert_array_equal(rows, np.concatenate([begin, begin]))


def test_before_anything_was_read_a_word_stands_alone(model):
    """`start` comes before the line end that begins a text."""
    pairs = NgramModel(model.vocab, model.levels[:2], {})
    rows, expected = (m.step(np.array([3]), m.start(1))[0] for m in (model, pairs))
    np.testing.assert_array_equal(rows, expected)


def test_perplexity_of_its_own_text_falls_with_the_order():
    ids = random_text(5, 200)
    found = [perplexity(trained(ids, order), ids).perplexity for order in (1, 2, 3, 4)]
    assert found == sorted(found, reverse=True)


def test_lines_anew_or_as_one_text():
    """No context crosses a line, so both give one number."""
    model, ids = trained(random_text(5, 200), 4), random_text(6, 30)
    assert perplexity(model, ids).total == pytest.approx(perplexity(model, ids, reset=True).total, rel=1e-12)
