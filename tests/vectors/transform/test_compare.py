"""Drift and overlap: by hand, and against sets of neighbours found the slow way."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.text.vocab import Vocab
from embedkit.vectors.transform.compare import Comparison
from embedkit.vectors.vectors import Vectors


def make(rows: dict) -> Vectors:
    return Vectors(Vocab.from_words(rows), np.array(list(rows.values()), np.float32))


def noisy(seed: int, words, D: int = 6) -> Vectors:
    """Rows that depend on the word, and a little on the seed."""
    return make(
        {
            f"w{word}": np.random.default_rng(word).normal(size=D) + np.random.default_rng([seed, word]).normal(size=D)
            for word in words
        }
    )


def neighbours(source: Vectors, word: str, candidates: list[str], k: int) -> set[str]:
    row = source.matrix[source.vocab.id(word)].astype(float)
    cosines = {}
    for other in candidates:
        if other != word:
            vector = source.matrix[source.vocab.id(other)].astype(float)
            cosines[other] = vector @ row / np.linalg.norm(vector) / np.linalg.norm(row)
    return set(sorted(cosines, key=cosines.get, reverse=True)[:k])


@pytest.mark.parametrize("k", [1, 5, 100])
@pytest.mark.parametrize("top", [15, 1000])
def test_overlap_is_the_jaccard_index_of_the_neighbours(k, top):
    a, b = noisy(1, range(50)), noisy(2, range(70, 10, -1))
    comparison = Comparison(a, b, top)
    words = [f"w{word}" for word in range(11, 50)]
    assert comparison.vocab.words() == words
    candidates = words[:top]
    expected = []
    for word in words:
        one, other = (neighbours(source, word, candidates, k) for source in (a, b))
        expected.append(len(one & other) / len(one | other))
    got = comparison.overlaps(np.arange(len(words)), k)
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    np.testing.assert_array_equal(comparison.overlaps(np.array([38, 3]), k), got[[38, 3]])


def test_cosines_with_and_without_alignment():
    turn = np.array([[0, 1], [-1, 0]], np.float32)
    a = make({"tea": (2, 0), "cup": (1, 1), "milk": (0, 5)})
    b = Vectors(a.vocab, a.matrix @ turn)
    places = np.array([2, 0, 1])
    np.testing.assert_allclose(Comparison(a, b, 9).cosines(places), 1, atol=1e-6)
    np.testing.assert_allclose(Comparison(a, b, 9, align=False).cosines(places), 0, atol=1e-6)


def test_top_words_alone_align():
    a, b = noisy(1, range(40)), noisy(1, range(40))
    b.matrix[20:] *= -1
    cosines = Comparison(a, b, 20).cosines(np.arange(40))
    np.testing.assert_allclose(cosines[:20], 1, atol=1e-6)
    np.testing.assert_allclose(cosines[20:], -1, atol=1e-6)


def test_widths_that_differ_leave_the_neighbours():
    a, b = noisy(1, range(20)), noisy(1, range(20), D=4)
    comparison = Comparison(a, b, 99)
    assert np.isnan(comparison.cosines(np.arange(20))).all()
    assert (comparison.overlaps(np.arange(20), 19) == 1).all()


def test_words_without_direction_have_no_neighbours():
    a = make({"nil": (0, 0), "tea": (1, 0), "cup": (1, 1)})
    comparison = Comparison(a, a, 9)
    overlaps = comparison.overlaps(np.arange(3), 1)
    assert np.isnan(overlaps[0])
    assert overlaps[1:].tolist() == [1, 1]
    assert comparison.cosines(np.arange(3)).tolist() == [0, 1, 1]


def test_nothing_in_common():
    comparison = Comparison(make({"tea": (1, 0)}), make({"cup": (1, 0)}), 9)
    assert len(comparison.vocab) == len(comparison.top) == 0
    assert len(comparison.cosines(comparison.top)) == len(comparison.overlaps(comparison.top, 3)) == 0
