"""Lines in, translations out: the same ones whatever stands around a line."""

from __future__ import annotations

from threading import Barrier

import numpy as np
import pytest
from _translator import Drawn, Table

from embedkit.errors import EmbedkitError, OptionError
from embedkit.translation.translate import Decoding, translate

LINES = ["a b c", "c", "b b a c a", "a", "c a c a b b b", "b a", "a b c", "c c c c"]


@pytest.mark.parametrize("options", [{}, {"beam": 3, "n_best": 2}, {"beam": 5, "length_penalty": 1.0}])
def test_an_answer_depends_on_its_line_alone(options):
    translator = Drawn(V=6, seed=1)
    answers = translate(translator, LINES, Decoding(**options, attention=True))
    assert {len(found) for found in answers} == {options.get("n_best", 1)}
    assert len({best.output for best, *_ in answers}) > 4
    orders = [range(len(LINES)), [5, 2, 7, 0, 3, 1, 6, 4]]
    for order, size, threads in ((orders[0], 1, 1), (orders[0], 3, 2), (orders[1], 100, 2), (orders[1], 2, 3)):
        decoding = Decoding(**options, attention=True, batch_size=size, threads=threads)
        others = translate(translator, [LINES[i] for i in order], decoding)
        for i, found in zip(order, others):
            for one, other in zip(answers[i], found, strict=True):
                assert one._replace(ln=0, score=0, attention=0) == other._replace(ln=0, score=0, attention=0)
                assert (one.ln, one.score) == pytest.approx((other.ln, other.score), rel=1e-5)
                np.testing.assert_allclose(one.attention, other.attention, atol=1e-6)
                assert one.attention.shape == (len(one.tokens), len(one.source_tokens))
                np.testing.assert_allclose(one.attention.sum(axis=1), 1, rtol=1e-5)


def test_each_thread_has_a_translator_of_its_own():
    """Two batches that wait for one another are decoded by two copies; a single batch by the translator itself."""
    users, meet = [], Barrier(2, timeout=30)

    class Meeting(Drawn):
        def encode(self, sources):
            if len(sources) < len(LINES):
                meet.wait()
            users.append(self)
            return super().encode(sources)

    translator = Meeting(V=6, seed=1)
    answers = translate(translator, LINES, Decoding(threads=2, batch_size=4))
    assert len(set(map(id, users))) == 2
    assert translator not in users
    assert translate(translator, LINES, Decoding(threads=2)) == answers
    assert users[2:] == [translator]


def test_facts_of_an_answer():
    translator = Table([[0.1, 0.1, 0.8, 0], [0.2, 0.1, 0, 0.7], [0.9, 0, 0.1, 0]])
    ((best,),) = translate(translator, ["a ? b ?"], Decoding(length_penalty=1))
    assert (best.output, best.tokens) == ("w x", ["w", "x"])
    assert (best.source_tokens, best.unknown, best.hit_cap, best.attention) == (
        ["a", "?", "b", "?"],
        ["?"],
        False,
        None,
    )
    assert best.ln == pytest.approx(np.log(0.8 * 0.7 * 0.9))
    assert best.score == pytest.approx(best.ln / 3)


def test_lines_without_tokens_have_no_answer():
    assert [len(found) for found in translate(Drawn(), ["", "a", "  ", "b"])] == [0, 1, 0, 1]
    assert translate(Drawn(), []) == []


def test_length_decides_where_no_cap_is_given():
    translator = Table([[0.1, 0.1, 0.8]], target="w")
    lengths = [len(best.tokens) for (best,) in translate(translator, ["a", "a b c"])]
    assert lengths == [22, 26]
    assert [len(best.tokens) for (best,) in translate(translator, ["a", "a b c"], Decoding(max_length=3))] == [3, 3]


def test_options_that_do_not_go_together():
    with pytest.raises(OptionError, match="a beam of 2 has no 3 outputs"):
        Decoding(beam=2, n_best=3)
    wrong = {"beam": 0, "max_length": 0, "threads": 0, "length_penalty": -1}
    for options in ({"length_penalty": float("nan")}, *({name: value} for name, value in wrong.items())):
        with pytest.raises(OptionError, match="at least"):
            Decoding(**options)
    with pytest.raises(EmbedkitError, match="no attention"):
        translate(Drawn(has_attention=False), LINES, Decoding(attention=True))
