"""Beam search against searching through everything, and against a slow one that drops nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from _translator import EOS, Drawn, Table

from embedkit.translation.beam_search import beam_search
from embedkit.translation.greedy import greedy
from embedkit.translation.hypothesis import caps as caps_of

SOURCES = [np.array(ids, np.int32) for ids in ([2], [3, 4, 2, 2], [4, 1, 3], [2, 3, 4, 4, 3, 2], [3, 3])]


def outputs(translator, source, cap):
    """Every output of at most `cap` tokens, with its log probabilities."""
    tokens = [id for id in range(len(translator.target.vocab)) if id != EOS]
    found = [np.array(ids, np.int32) for T in range(cap + 1) for ids in product(tokens, repeat=T)]
    return list(zip(found, translator.score([source] * len(found), found)))


def ranked(outputs, alpha):
    """(score, ids) of outputs, best first."""
    scored = [(float(ln.sum(dtype=float)) / len(ln) ** alpha, ids.tolist()) for ids, ln in outputs]
    return sorted(scored, key=lambda item: -item[0])


def slow_beam(translator, source, cap, beam, alpha):
    """(score, ids) of all finished hypotheses of a beam that goes on to the cap and drops none, best first."""
    encoded = translator.encode([source])
    live, done = [(0.0, [], translator.start(encoded))], []
    for length in range(1, cap + 2):
        grown = []
        for ln, ids, state in live:
            logs, after, _ = translator.step(np.array([ids[-1] if ids else EOS]), state, encoded, np.zeros(1, int))
            tokens = [EOS] if length == cap + 1 else range(logs.shape[1])
            grown += [(ln + float(logs[0, id]), [*ids, id], after) for id in tokens]
        kept = sorted(grown, key=lambda item: -item[0])[:beam]  # stable: parents, then tokens, in their order
        done += [(ln / length**alpha, ids[:-1]) for ln, ids, _ in kept if ids[-1] == EOS]
        live = [hypothesis for hypothesis in kept if hypothesis[1][-1] != EOS]
    return sorted(done, key=lambda item: -item[0])


def agree(found, expected):
    assert [hypothesis.ids.tolist() for hypothesis in found] == [ids for _, ids in expected]
    np.testing.assert_allclose([hypothesis.score for hypothesis in found], [score for score, _ in expected], rtol=1e-5)


def test_a_beam_as_wide_as_all_prefixes_is_exhaustive_search():
    for seed in range(2):
        translator, caps = Drawn(V=4, seed=seed), np.array([3, 2, 4, 1, 3])
        every = [outputs(translator, source, cap) for source, cap in zip(SOURCES, caps)]
        for alpha in (0.0, 0.6, 1.0, 2.0):
            found = beam_search(translator, SOURCES, caps, beam=4 * 3**4, n_best=5, alpha=alpha)
            for some, hypotheses in zip(every, found):
                agree(hypotheses, ranked(some, alpha)[:5])


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("beam", [2, 3, 7])
def test_a_narrow_beam_is_the_slow_one(beam, alpha):
    for seed in range(6):
        translator, caps = Drawn(V=5, seed=seed), np.array([9, 4, 12, 1, 6])
        found = beam_search(translator, SOURCES, caps, beam, n_best=2, alpha=alpha)
        for source, cap, hypotheses in zip(SOURCES, caps, found):
            agree(hypotheses, slow_beam(translator, source, cap, beam, alpha)[:2])


def test_greedy_is_a_beam_of_one():
    for seed in range(6):
        translator, caps = Drawn(V=6, seed=seed), caps_of(SOURCES)
        quick = greedy(translator, SOURCES, caps, 0.7, attention=True)
        for one, (other,) in zip(quick, beam_search(translator, SOURCES, caps, 1, alpha=0.7, attention=True)):
            assert one.ids.tolist() == other.ids.tolist()
            assert (one.ln, one.score, one.hit_cap) == pytest.approx((other.ln, other.score, other.hit_cap))
            np.testing.assert_allclose(one.attention, other.attention, rtol=1e-5)


def test_more_outputs_change_none_of_the_first():
    for seed in range(6):
        translator, caps = Drawn(V=6, seed=seed), np.full(len(SOURCES), 12)
        found = [beam_search(translator, SOURCES, caps, 5, n, alpha=1.0) for n in (1, 2, 5)]
        for one, two, five in zip(*found):
            assert len(five) == 5
            for few in (one, two):
                assert [item.ids.tolist() for item in few] == [item.ids.tolist() for item in five[: len(few)]]


def test_attention_is_that_of_each_token():
    translator = Drawn(V=5, seed=3)
    found = beam_search(translator, SOURCES, np.full(len(SOURCES), 6), 4, 3, attention=True)
    for source, hypotheses in zip(SOURCES, found):
        encoded = translator.encode([source])
        for hypothesis in hypotheses:
            state, expected = translator.start(encoded), np.zeros((0, len(source)))
            for id in [EOS, *hypothesis.ids][:-1]:
                _, state, weights = translator.step(np.array([id]), state, encoded, np.zeros(1, int))
                expected = np.concatenate([expected, weights])
            assert hypothesis.attention.shape == (len(hypothesis.ids), len(source))
            np.testing.assert_allclose(hypothesis.attention, expected, atol=1e-6)


def test_ties_go_to_the_better_hypothesis_then_the_lower_token():
    # After anything: <eos> .2, <unk> .2, w .3, x .3, so that two hypotheses of equal probability have equal extensions.
    translator = Table([[0.2, 0.2, 0.3, 0.3]])
    (found,) = beam_search(translator, SOURCES[:1], np.array([1]), 4, 4, alpha=0.0)
    assert [hypothesis.ids.tolist() for hypothesis in found] == [[], [2], [3], [1]]
    (found,) = beam_search(translator, SOURCES[:1], np.array([2]), 3, 3, alpha=0.0)
    # w, x and <eos> in the first step; ww, wx and xw in the second, and xx is left out.
    assert [hypothesis.ids.tolist() for hypothesis in found] == [[], [2, 2], [2, 3]]
    (best,) = greedy(Table([[0.1, 0.1, 0.4, 0.4], [0.3, 0.3, 0.3, 0.1]]), SOURCES[:1], np.array([5]))
    assert best.ids.tolist() == [2]


@pytest.mark.parametrize("beam", [1, 3])
def test_an_output_is_ended_at_its_cap_and_says_so(beam):
    translator = Table([[0.1, 0.1, 0.8]], target="w")
    search = (
        (lambda *args: [[best] for best in greedy(*args)])
        if beam == 1
        else lambda *args: beam_search(*args, beam, 1, 1.0)
    )
    for (best,), cap in zip(search(translator, SOURCES[:3], np.array([4, 1, 2])), (4, 1, 2)):
        assert (best.ids.tolist(), best.hit_cap) == ([2] * cap, True)
        assert best.ln == pytest.approx(cap * np.log(0.8) + np.log(0.1), rel=1e-6)
    # As long as its cap, but at its end by itself.
    ending = Table([[0.1, 0.1, 0.8], [0.9, 0.05, 0.05]], target="w")
    assert [best.hit_cap for (best,) in search(ending, SOURCES[:2], np.array([1, 5]))] == [False, False]


def test_what_has_ended_leaves():
    """A sure model: rows are fed while a hypothesis may still win, and no longer."""
    ending, fed = Table([[0.005, 0.005, 0.97, 0.02], [0.97, 0.01, 0.01, 0.01]]), []
    step = ending.step
    ending.step = lambda ids, *rest: fed.append(len(ids)) or step(ids, *rest)
    greedy(ending, SOURCES, caps_of(SOURCES))
    # w, x and <eos> at first; then w ends, and no other can become as probable.
    beam_search(ending, SOURCES, caps_of(SOURCES), 3, alpha=0.0)
    assert fed == [5, 5, 5, 10]


def test_more_places_than_possibilities():
    translator = Table([[0.5, 0, 0.5]], target="w")
    (found,) = beam_search(translator, SOURCES[:1], np.array([1]), 50, 50, alpha=0.0)
    assert [hypothesis.ids.tolist() for hypothesis in found] == [[], [2]]
