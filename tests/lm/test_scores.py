import numpy as np
import pytest
from _lm import bigrams, counter

from embedkit.lm.score import Scorer, score_lines, score_text

EOS, UNK, A, B = range(4)
LINES = [np.array(line, np.int64) for line in ([A, B], [], [B, B, A, UNK, A], [A], [A, B])]


def by_hand(ids):
    model, read = bigrams(), [EOS, *ids, EOS]
    return [model.logs[a, b] for a, b in zip(read, read[1:])]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
@pytest.mark.parametrize("steps", [1, 2, 100])
def test_lines(batch, steps):
    found = score_lines(bigrams(), LINES, batch, steps)
    assert [scores.tolist() for scores in found] == [by_hand(line) for line in LINES]
    assert score_lines(bigrams(), []) == []


def test_lines_know_nothing_of_each_other():
    alone = [score_lines(counter(), [line])[0].tolist() for line in LINES]
    assert [scores.tolist() for scores in score_lines(counter(), LINES, 3)] == alone
    scorer = Scorer(counter())
    assert [scorer(line).tolist() for line in LINES] == alone


def test_carried_lines_are_one_text():
    scorer, text = Scorer(counter(), carry=True), np.concatenate([[*line, EOS] for line in LINES])
    carried = np.concatenate([scorer(line) for line in LINES])
    assert carried.tolist() == np.concatenate(list(score_text(counter(), text, 3))).tolist()
    assert carried.tolist() != np.concatenate(score_lines(counter(), LINES)).tolist()


@pytest.mark.parametrize("steps", [1, 2, 5, 100])
def test_every_word_of_a_text_is_fed_once(steps):
    states = []

    class Spy(type(bigrams())):
        def score(self, inputs, targets, state):
            scores, state = super().score(inputs, targets, state)
            states.append(state)
            return scores, state

    model = bigrams()
    model.__class__ = Spy
    text = np.array([A, B, EOS, UNK, EOS])
    list(score_text(model, text, steps))
    assert states[-1] == ((EOS, *text[:-1].tolist()),)
