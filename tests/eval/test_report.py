"""Rows with one schema, and the table for people."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import Answers, Section
from embedkit.eval.report import COLUMNS, analogy_rows, similarity_rows
from embedkit.eval.similarity import Agreement

FAMILY, EMPTY, GRAM = Section("family", 2, 3, 4), Section("none", 0, 0, 0), Section("gram1", 1, 6, 6)


def agreement(spearman, pearson, used, total):
    """An agreement of which nothing but the correlations is asked."""
    zeros = np.zeros(total)
    return Agreement(spearman, pearson, used, total, 40, 0, zeros, zeros, np.zeros(total, np.int64), zeros)


def answers(sections):
    """Answers of which nothing but the sections is asked."""
    return Answers(sections, 9, 0, np.zeros(0, bool), np.zeros(0, np.int64))


def values(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


def test_similarity_has_two_rows():
    rows = list(similarity_rows("m.bin", "ws", agreement(0.12345678, None, 2, 3)))
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    assert tuple(rows[0].values()) == ("m.bin", "similarity", "ws", None, "spearman", 0.123457, None, 2, 3, 0.666667)
    assert tuple(rows[1].values()) == ("m.bin", "similarity", "ws", None, "pearson", None, None, 2, 3, 0.666667)


def test_analogies_have_sections_and_totals():
    rows = list(analogy_rows("m", "q", answers([FAMILY, GRAM])))
    assert {tuple(row) for row in rows} == {COLUMNS}
    assert values(rows, "section", "value", "correct", "used", "total", "coverage") == [
        ("family", 0.666667, 2, 3, 4, 0.75),
        ("gram1", 0.166667, 1, 6, 6, 1),
        ("semantic", 0.666667, 2, 3, 4, 0.75),
        ("syntactic", 0.166667, 1, 6, 6, 1),
        ("all", 0.333333, 3, 9, 10, 0.9),
    ]


def test_unknown_words_can_count_as_wrong():
    rows = analogy_rows("m", "q", answers([FAMILY, GRAM]), oov="wrong")
    assert values(rows, "value", "used", "total")[0] == (0.5, 3, 4)
    unknown = answers([Section("x", 0, 0, 5)])
    assert values(analogy_rows("m", "q", unknown, oov="wrong"), "value", "coverage") == [(0, 0), (0, 0)]
    assert values(analogy_rows("m", "q", unknown), "value", "coverage") == [(None, 0), (None, 0)]


def test_one_kind_of_sections_has_one_total():
    assert values(analogy_rows("m", "q", answers([GRAM])), "section") == [("gram1",), ("all",)]


@pytest.mark.parametrize("oov", ["skip", "wrong"])
def test_an_empty_section_has_no_value(oov):
    row = next(analogy_rows("m", "q", answers([EMPTY, FAMILY]), oov))
    assert (row["value"], row["coverage"]) == (None, None)


def test_both_ways_to_count_stand_side_by_side():
    rows = list(analogy_rows("m", "q", answers([FAMILY]), "both", "mul", intervals=True))
    assert values(rows, "section", "metric", "value", "correct", "used", "total") == [
        ("family", "accuracy-mul", 0.666667, 2, 3, 4),
        ("family", "accuracy-mul-oov-wrong", 0.5, 2, 3, 4),
        ("all", "accuracy-mul", 0.666667, 2, 3, 4),
        ("all", "accuracy-mul-oov-wrong", 0.5, 2, 3, 4),
    ]
    assert rows[1]["high"] == 1  # of four, two more can be right
