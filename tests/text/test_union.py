"""Two vocabularies as one, and texts that take turns."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.config import Text
from embedkit.runtime.memory import Memory
from embedkit.text import encoded, union
from embedkit.text.encoded import Encoded
from embedkit.text.vocab import Vocab

OLD = Vocab.from_words(["the", "한국", "gone", "new"], [9, 4, 2, 1])
TEXT = Encoded(Vocab.from_words(["the", "new", "fresh", "late", "rare"], [8, 7, 6, 3, 1]), np.empty(0, np.int32), "")


@pytest.mark.parametrize(("most", "added"), [(None, ["fresh", "late"]), (5, ["fresh"]), (4, []), (1, [])])
def test_old_words_stay_and_counts_add_up(most, added):
    found = union.unite(OLD, TEXT, Text(min_count=3, max_vocab=most))
    assert found.vocab.words() == ["the", "한국", "gone", "new", *added]
    assert found.vocab.counts.tolist() == [17, 4, 2, 8, 6, 3][: 4 + len(added)]
    assert found.ids.tolist() == [0, 3, *range(4, 4 + len(added)), *[-2] * (3 - len(added)), -1]
    assert found.absent == 2
    assert OLD.counts.tolist() == [9, 4, 2, 1]


def test_unknown_counts_are_those_of_the_new_text():
    found = union.unite(Vocab(OLD.offsets, OLD.utf8), TEXT, Text(min_count=7))
    assert found.vocab.counts.tolist() == [8, 0, 0, 7]


def test_what_is_dropped_leaves_no_hole():
    names = np.array([0, 3, -2, -1], np.int32)
    assert encoded.renamed(np.array([0, 2, 1, -1, 2, -1], np.int32), names, Memory()).tolist() == [0, 3, -1, -1]


def test_texts_take_turns_line_by_line(monkeypatch):
    monkeypatch.setattr(union, "PIECE", 6)
    rng = np.random.default_rng(1)
    lines = [[i, *[1000 + i] * int(n), -1] for i, n in enumerate(rng.integers(0, 5, 300))]
    short, long = (np.array(sum(part, []), np.int32) for part in (lines[:60], lines[60:]))
    ids = union.interleave([short, long], Memory())
    mixed = [(*line, -1) for line in (part.tolist() for part in np.split(ids, np.flatnonzero(ids == -1) + 1))]
    mixed = [line[:-1] for line in mixed if line[:-1]]
    assert sorted(mixed) == sorted(map(tuple, lines))
    firsts = [line[0] for line in mixed]
    for half in (firsts[:150], firsts[150:]):
        assert 25 <= sum(first < 60 for first in half) <= 35
    for own in ([f for f in firsts if f < 60], [f for f in firsts if f >= 60]):
        assert own == sorted(own)


def test_a_share_of_the_lines(monkeypatch):
    monkeypatch.setattr(union, "PIECE", 6)
    rng = np.random.default_rng(1)
    lines = [[*[i] * int(n), -1] for i, n in enumerate(rng.integers(1, 5, 1000))]
    ids = np.array([*sum(lines, []), 7], np.int32)  # the last line has no end
    found = union.sampled(ids, 0.3, 1, Memory())
    mine = set(found[found >= 0].tolist())
    assert 250 < len(mine) < 350
    assert found[: len(found) - (found[-1] == 7)].tolist() == sum((line for line in lines if line[0] in mine), [])
    assert union.sampled(ids, 1.0, 1, Memory()).tolist() == ids.tolist()
    assert union.sampled(ids, 0.3, 2, Memory()).tolist() != found.tolist()


@pytest.mark.parametrize("size", [1, 6, 7, 100])
def test_a_long_line_is_one_part(monkeypatch, size):
    monkeypatch.setattr(union, "PIECE", 6)
    ids = np.array([*range(size), -1, 1, -1], np.int32)
    assert union.interleave([ids], Memory()).tolist() == ids.tolist()
    assert [end for _, end in union._cuts(ids)][-1] == len(ids)
    assert all(ids[end - 1] == -1 for _, end in union._cuts(ids))
