"""Probabilities and discounts, by hand and against the textbook."""

from __future__ import annotations

import numpy as np
import pytest
from _kneser_ney import EOS, UNK, WORDS, Textbook, ids_of, random_text, trained

from embedkit.count.ngrams.estimate import FALLBACK, discounts

A, B = WORDS.index("a"), WORDS.index("b")


def after(model, *ids):
    """Probabilities (V,) of what comes after a line end and `ids`."""
    state = model.start(1)
    for id in (EOS, *ids):
        row, state = model.step(np.array([id]), state)
    return np.exp(row[0].astype(np.float64))


def test_by_hand():
    """Adjusted counts: a 1 (after <s>), b 1 (after a), </s> 2 (after a and b). All discounts are the fallback's."""
    model = trained(ids_of("a b", "a"), 2, words=["<eos>", "<unk>", "a", "b"])
    assert model.metadata == {"discounts": [FALLBACK, FALLBACK], "fallback": [1, 2]}
    single = np.array([0.375, 0.125, 0.25, 0.25])
    np.testing.assert_allclose(10 ** model.levels[0].log10.astype(float), single, rtol=1e-6)
    np.testing.assert_allclose(after(model), 0.5 * single + [0, 0, 0.5, 0], rtol=1e-6)
    np.testing.assert_allclose(after(model, A), 0.5 * single + [0.25, 0, 0, 0.25], rtol=1e-6)
    np.testing.assert_allclose(after(model, A, B), 0.5 * single + [0.5, 0, 0, 0], rtol=1e-6)
    # <unk> was never seen, so nothing is known after it; and only the part that is spread evenly goes to it.
    np.testing.assert_allclose(after(model, UNK), single, rtol=1e-6)


def test_discounts():
    """Eight n-grams seen once, four twice, two three times, one four times: Y = 8 / 16."""
    a = np.repeat([0, 1, 2, 3, 4, 9], [5, 8, 4, 2, 1, 3])
    assert discounts(a) == pytest.approx((1 - 2 * 0.5 * 4 / 8, 2 - 3 * 0.5 * 2 / 4, 3 - 4 * 0.5 * 1 / 2))


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {1: 5, 2: 3},
        {2: 3, 3: 1, 4: 1},
        {1: 5, 3: 1, 4: 1},
        {1: 2, 2: 1, 3: 9, 4: 1},  # D(2) would be below 0
        {1: 4, 2: 1, 3: 1, 4: 0},  # D(2) would be 0: contexts that saw nothing but pairs would leave nothing to others
    ],
)
def test_too_little_text_for_discounts(counts):
    assert discounts(np.repeat([*counts], [*counts.values()]).astype(np.int64)) is None


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("seed", "lines", "cutoff"), [(1, 40, 0), (2, 7, 0), (3, 1, 0), (4, 60, 1), (5, 25, 2)])
def test_the_textbook_agrees(order, seed, lines, cutoff):
    ids = random_text(seed, lines)
    model, textbook = trained(ids, order, cutoff), Textbook(ids, order, cutoff)
    for n in range(1, len(model.levels) + 1):
        assert model.metadata["discounts"][n - 1] == pytest.approx(textbook.D[n])
    rng = np.random.default_rng(seed)
    contexts = [(), *(tuple(rng.integers(1, len(WORDS), n).tolist()) for n in (1, 1, 2, 3, 5, 8))]
    for at in rng.integers(0, len(ids), 12):
        line = ids[: at + 1].tolist()
        begin = max((i + 1 for i, id in enumerate(line) if id == EOS), default=0)
        contexts.append(tuple(line[begin:]))
    for context in contexts:
        expected = [textbook.p(word, ("<s>", *context)) for word in range(len(WORDS))]
        np.testing.assert_allclose(after(model, *context), expected, rtol=2e-6)


@pytest.mark.parametrize("cutoff", [0, 1, 3])
def test_probabilities_sum_to_one(cutoff):
    model = trained(random_text(6, 80), 4, cutoff)
    grams = np.random.default_rng(7).integers(1, len(WORDS), (3, 2000))
    state = model.start(2000)
    rows, state = model.step(np.full(2000, EOS), state)
    for ids in grams:
        np.testing.assert_allclose(np.exp(rows.astype(np.float64)).sum(axis=1), 1, atol=1e-6)
        rows, state = model.step(ids, state)
    np.testing.assert_allclose(np.exp(rows.astype(np.float64)).sum(axis=1), 1, atol=1e-6)


def test_orders_that_no_line_is_long_enough_for():
    ids = ids_of("a b", "b", "", "a")
    long, short = trained(ids, 9), trained(ids, 4)
    assert len(long.levels) == len(short.levels) == 4
    for mine, other in zip(long.levels, short.levels):
        for x, y in zip(mine, other):
            np.testing.assert_array_equal(x, y)


def test_nothing_longer_is_left_after_the_cut():
    assert [len(level.keys) for level in trained(ids_of("a b a b", "b a"), 5, cutoff=9).levels] == [len(WORDS), 6]


def test_words_that_do_not_occur_have_the_mass_of_unk():
    model = trained(ids_of("a b a"), 3)
    log10 = model.levels[0].log10
    assert (log10[4:] == log10[UNK]).all()
    assert log10[UNK] < log10[A]
