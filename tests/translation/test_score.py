"""Log probabilities of given translations."""

from __future__ import annotations

import numpy as np
import pytest
from _translator import Drawn

from embedkit.translation.score import score
from embedkit.translation.translate import Decoding, translate

LINES = ["a b c", "c", "b b a c a", "a", "c a c a b b b", "b a"]


def test_the_score_of_an_output_is_that_of_the_search():
    translator = Drawn(V=6, seed=2)
    for line, found in zip(LINES, translate(translator, LINES, Decoding(beam=4, n_best=4, max_length=5))):
        scored = score(translator, [(line, best.output) for best in found if best.output])
        assert [item.ln.sum() for item in scored] == pytest.approx([best.ln for best in found if best.output], rel=1e-5)


def test_pairs_know_nothing_of_each_other():
    translator, pairs = Drawn(V=6, seed=2), [*zip(LINES, ("w", "x y z w", "z", "w ? w", "x", "y y y")), ("a", "")]
    together, alone = score(translator, pairs, batch=4, threads=2), [score(translator, [pair])[0] for pair in pairs]
    assert together[-1] is alone[-1] is None
    for one, other in zip(together[:-1], alone):
        assert one.tokens == other.tokens
        np.testing.assert_allclose(one.ln, other.ln, rtol=1e-6)
        assert (len(one.ln), one.ln.dtype) == (len(one.tokens) + 1, np.float64)


def test_unknown_tokens():
    (scored,) = score(Drawn(V=6), [("a ? a ?", "w ? x")])
    assert (scored.is_unknown.tolist(), scored.source_unknown) == ([False, True, False], ["?"])
