"""Labels against labels: scores by hand, intervals, differences, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, FormatError
from embedkit.eval.labelled import evaluate_labelled, read_labelled
from embedkit.text.vocab import Vocab


class Given:
    """A classifier that gives the probabilities in its texts."""

    labels = Vocab.from_words(["a", "b", "c"])

    def probabilities(self, lines):
        return np.array([[float(number) for number in line.split()] for line in lines], np.float32)


TEXT = "a\t.8 .1 .1\na\t.3 .6 .1\nb\t.1 .9 0\nb\t.2 .6 .2\nc\t.7 .2 .1\n"


@pytest.fixture
def result(tmp_path):
    def call(text, separator=None):
        (tmp_path / "texts").write_text(text)
        return evaluate_labelled(Given(), read_labelled(str(tmp_path / "texts"), separator))

    return call


def values(result, **options):
    return {(score.section, score.metric): score.value for score in result.scores(**options)}


def test_scores_by_hand(result):
    found = values(result(TEXT))
    expected = {
        (None, "accuracy"): 3 / 5,
        (None, "f1-micro"): 3 / 5,
        (None, "f1-macro"): (0.5 + 0.8 + 0) / 3,
        # bins end at .6 (right minus probability: -.6 + .4), .8 (.2), .9 (.1) and .7334 (-.7)
        (None, "ece"): (0.2 + 0.2 + 0.1 + 0.7) / 5,
        ("a", "precision"): 1 / 2,
        ("a", "recall"): 1 / 2,
        ("b", "precision"): 2 / 3,
        ("b", "recall"): 1.0,
        ("b", "f1"): 0.8,
        ("c", "precision"): None,
        ("c", "recall"): 0.0,
        ("a as b", "confusion"): 1 / 2,
        ("c as a", "confusion"): 1.0,
    }
    for key, value in expected.items():
        assert found[key] == (None if value is None else pytest.approx(value, abs=1e-6)), key
    assert result(TEXT).confusion.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]


def test_several_labels(result):
    found = values(result("a,b\t.8 .6 .1\nc\t.6 .1 .2\n", ","))
    assert found[None, "accuracy"] == 0.5
    assert found[None, "f1-micro"] == pytest.approx(2 * 2 / (3 + 3))
    assert found[None, "f1-macro"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert not [key for key in found if key[1] == "confusion"]


def test_intervals_and_differences(result):
    one, other = result(TEXT * 40), result(TEXT.replace(".3 .6 .1", ".6 .3 .1") * 40)
    for score in one.scores(intervals=True):
        if score.section is None:
            assert score.low < score.value < score.high
            assert score.high - score.low < 0.2
    accuracy, macro = one.differences(other)
    assert (accuracy.value, macro.value) == (pytest.approx(0.2), pytest.approx((0.8 + 1 + 0) / 3 - 1.3 / 3))
    assert accuracy.low < 0.2 < accuracy.high
    assert max(accuracy.p, macro.p) < 0.001
    same = list(one.differences(one))
    assert [(score.value, score.p) for score in same] == [(0, 1), (0, 1)]


def test_bad_input(result, tmp_path):
    with pytest.raises(FormatError, match="texts: line 2: no tab in it"):
        result("a\t1 0 0\nb\n")
    with pytest.raises(EmbedkitError, match="texts: line 2: gives no text the label 'd'") as error:
        result("a\t1 0 0\nd\t1 0 0\n")
    assert error.value.hint == "labels: a, b, c"
    with pytest.raises(FormatError, match="no texts"):
        result("\n")
