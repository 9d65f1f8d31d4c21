import math
from itertools import islice, product
from random import Random

import numpy as np
import pytest
from _lm import TABLE, WORDS, Bigrams, bigrams, counter, uniform

from embedkit.errors import EmbedkitError
from embedkit.lm.beam_search import beam_search
from embedkit.lm.generate import distribution, generate, greedy, sampler

EOS, UNK, A, B = range(4)


def ids(written, n):
    return [id for id, _ in islice(written, n)]


# --- distributions, worked out by hand

P = np.array([0.1, 0.3, 0.2, 0.4])


def cut(temperature=1.0, top_k=None, top_p=None, p=P):
    return distribution(np.log(p), temperature, top_k, top_p).tolist()


def test_nothing_changes_nothing():
    assert cut() == pytest.approx(P)
    assert cut(top_k=4, top_p=1) == cut(top_k=100) == cut()


def test_temperature():
    assert cut(0.5) == pytest.approx((P**2 / (P**2).sum()).tolist())
    assert cut(2) == pytest.approx((P**0.5 / (P**0.5).sum()).tolist())
    assert cut(1e-300) == cut(5e-324) == [0, 0, 0, 1]
    assert cut(1e300) == pytest.approx([0.25] * 4)


def test_top_k():
    assert cut(top_k=1) == [0, 0, 0, 1]
    assert cut(top_k=2) == pytest.approx([0, 3 / 7, 0, 4 / 7])
    assert cut(top_k=3) == pytest.approx([0, 3 / 9, 2 / 9, 4 / 9])


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(0.01, [3]), (0.39, [3]), (0.41, [3, 1]), (0.69, [3, 1]), (0.71, [3, 1, 2]), (0.91, [3, 1, 2, 0])],
)
def test_top_p_keeps_the_fewest_words_with_that_mass(top_p, kept):
    expected = np.zeros(4)
    expected[kept] = P[kept] / P[kept].sum()
    assert cut(top_p=top_p) == pytest.approx(expected)


def test_equal_words_are_kept_from_the_first_on():
    even = np.full(4, 0.25)
    assert cut(top_k=2, p=even) == [0.5, 0.5, 0, 0]
    assert cut(top_p=0.6, p=even) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])


def test_the_order_is_temperature_top_k_top_p():
    # Squares are 1 9 4 16; the best three are 9 4 16, of which 16 and 9 have 25/29 = .86.
    assert cut(0.5, 3, 0.86) == pytest.approx([0, 9 / 25, 0, 16 / 25])
    assert cut(0.5, 3, 0.87) == pytest.approx([0, 9 / 29, 4 / 29, 16 / 29])
    # top-p counts what top-k left: of .3 and .4, the .4 alone has 4/7 = .57.
    assert cut(1, 2, 0.57) == [0, 0, 0, 1]


def test_skipped_words_never_come_and_leave_their_share_to_the_others():
    row = np.log(P)
    row[3] = -np.inf
    assert distribution(row).tolist() == pytest.approx([1 / 6, 3 / 6, 2 / 6, 0])
    assert distribution(row, top_p=0.49).tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("drawn", "id"), [(0.0, 0), (0.0999, 0), (0.1001, 1), (0.3999, 1), (0.4001, 2), (0.6001, 3), (1 - 2**-53, 3)]
)
def test_a_number_draws_a_word(drawn, id):
    class Fixed:
        def random(self):
            return drawn

    assert sampler(Fixed())(np.log(P)) == id
    row = np.log(P)
    row[3] = -np.inf
    assert sampler(Fixed())(row) < 3


def test_draws_come_as_often_as_they_should():
    choose, row, n = sampler(Random(1), temperature=0.5), np.log(P), 4000
    counts = np.bincount([choose(row) for _ in range(n)], minlength=4)
    expected = P**2 / (P**2).sum() * n
    assert (abs(counts - expected) < 4 * np.sqrt(expected)).all()


# --- what is written


def test_every_word_is_fed_once():
    model = bigrams()
    written = ids(generate(model, sampler(Random(3)), [A, B]), 50)
    assert model.fed == [EOS, A, B, *written[:-1]]
    assert len(set(written)) > 2


def test_greedy_by_hand():
    assert ids(generate(bigrams(), greedy), 7) == [A, B, EOS, A, B, EOS, A]
    assert ids(generate(bigrams(), greedy, [A]), 4) == [B, EOS, A, B]
    assert ids(generate(bigrams(), greedy, banned=[B]), 5) == [A, EOS, A, EOS, A]


def test_greedy_takes_the_first_of_equals():
    assert ids(generate(uniform(), greedy, banned=[0]), 3) == [1, 1, 1]


def test_log_probabilities_are_those_of_the_model():
    choose = sampler(Random(5), temperature=3, top_k=3)
    model, last = bigrams(), EOS
    for id, ln in islice(generate(model, choose, banned=[UNK]), 40):
        assert ln == model.logs[last, id]
        last = id


def test_seeds():
    one, same, other = (ids(generate(uniform(), sampler(Random(seed))), 30) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_everything_is_skipped():
    with pytest.raises(EmbedkitError, match="banned"):
        ids(generate(bigrams(), greedy, banned=[0, 1, 2, 3]), 1)


# --- beams


def probability(model, line, last=EOS):
    total = 0.0
    for id in line:
        total += float(model.logs[last, id])
        last = id
    return total


def all_lines(V, length):
    """Every line that ends, or is cut after `length` words."""
    for n in range(1, length + 1):
        for line in product(range(V), repeat=n):
            if EOS not in line[:-1] and (line[-1] == EOS or n == length):
                yield line


@pytest.mark.parametrize("seed", range(8))
def test_a_wide_beam_finds_the_most_probable_line(seed):
    rng = np.random.default_rng(seed)
    table = rng.dirichlet(np.full(4, 0.7), 4)
    table[:, EOS] *= 0.3  # lines of some length
    model = bigrams()
    model.logs = np.log(table / table.sum(1, keepdims=True)).astype(np.float32)
    best = max(all_lines(4, 4), key=lambda line: probability(model, line))
    found = list(islice(beam_search(model, 4**4, 4), len(best)))
    assert tuple(id for id, _ in found) == best
    assert sum(ln for _, ln in found) == pytest.approx(probability(model, best))


def test_a_beam_of_one_is_greedy():
    model = counter()
    assert [id for id, _ in beam_search(model, 1, 9)] == ids(generate(model, greedy), 9)


def test_a_beam_sees_what_greed_does_not():
    # a is the likelier word, but after it everything is open; b is sure to end.
    model = bigrams()
    model.logs = np.log([[0.1, 0.1, 0.45, 0.35], [0.25] * 4, [0.25] * 4, [0.97, 0.01, 0.01, 0.01]]).astype(np.float32)
    assert ids(generate(model, greedy), 2) == [A, EOS]
    assert ids(beam_search(model, 2, 2), 2) == [B, EOS]


def wordy():
    """Bigrams whose best line is `a b`, alone."""
    return Bigrams(WORDS, [[0, 0.25, 0.5, 0.25], TABLE[1], [0.1, 0.2, 0.1, 0.6], TABLE[3]])


def test_beams_go_on_after_the_line_and_stop_at_the_length():
    assert [id for id, _ in beam_search(wordy(), 3, 8)] == [A, B, EOS, A, B, EOS, A, B]
    assert [id for id, _ in beam_search(wordy(), 3, 4, prompt=[A])] == [B, EOS, A, B]
    assert EOS not in [id for id, _ in beam_search(wordy(), 3, 6, banned=[EOS])]


def test_a_beam_feeds_each_path_once():
    model = bigrams()
    list(beam_search(model, 1, 6, prompt=[A]))
    assert model.fed == [EOS, A, B, EOS, A, B, EOS]
    assert math.isfinite(sum(ln for _, ln in beam_search(model, 4, 6)))
