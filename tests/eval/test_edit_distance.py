"""Levenshtein distance against the table that defines it."""

import random
import time

import naive
import pytest

from embedkit.eval.edit_distance import levenshtein


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("ab", "ba", 2), ("십일월", "십월", 1)],
)
def test_known_distances(first, second, distance):
    assert levenshtein(first, second) == distance


def test_against_the_table():
    rng = random.Random(1)
    for _ in range(300):
        first, second = (rng.choices(["AA", "B", "한"], k=rng.randint(0, 9)) for _ in range(2))
        assert levenshtein(first, second) == naive.levenshtein(first, second), (first, second)


def test_more_tokens_than_a_machine_word_has_bits():
    rng = random.Random(2)
    first = rng.choices("abcd", k=150)
    second = [token for token in first if rng.random() > 0.1] + ["e"] * 70
    assert levenshtein(first, second) == levenshtein(second, first) == naive.levenshtein(first, second)


def test_long_lines_take_no_square_of_time():
    start = time.process_time()
    assert levenshtein("ab" * 5000, "ba" * 5000) == 2
    assert time.process_time() - start < 1  # the table has 10^8 cells
