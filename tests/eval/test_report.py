"""Rows with one schema, and the table for people."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.eval.analogy import TASK as ANALOGY
from embedkit.eval.analogy import AnalogyResult, Questions, Section
from embedkit.eval.report import COLUMNS, Loaded, row
from embedkit.eval.similarity import TASK as SIMILARITY
from embedkit.eval.similarity import Pairs, SimilarityResult

FAMILY, EMPTY, GRAM = Section("family", 2, 3, 4), Section("none", 0, 0, 0), Section("gram1", 1, 6, 6)


def analogy_rows(sections, oov="skip", method="add", **options):
    """The rows of a result of which nothing but the sections is asked."""
    result = AnalogyResult(np.zeros(0, np.int64), 9, 0, np.zeros(0, bool), sections, method, oov)
    loaded = Loaded(ANALOGY, "q", Questions("q", [], []))
    return [row("m", loaded, score) for score in result.scores(**options)]


def values(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


def test_similarity_has_two_rows():
    gold, order = np.array([1.0, 2, 4, 5]), np.array([0.0, 0, 0, 0])
    result = SimilarityResult(np.array([3, -1, 4, 5]), 8, 0, np.array([0.5, np.nan, 0.1, 0.3]), gold, order)
    loaded = Loaded(SIMILARITY, "ws", Pairs("ws", [], gold, "1f"))
    rows = [row("m.bin", loaded, score) for score in result.scores()]
    assert [tuple(row) for row in rows] == [(*COLUMNS, "low", "high", "p", "sha256")] * 2
    empty = (None, None, None, "1f")
    assert tuple(rows[0].values()) == ("m.bin", "similarity", "ws", None, "spearman", None, None, 3, 4, 0.75, *empty)
    r = round(np.corrcoef([0.5, 0.1, 0.3], [1, 4, 5])[0, 1], 6)
    assert tuple(rows[1].values()) == ("m.bin", "similarity", "ws", None, "pearson", r, None, 3, 4, 0.75, *empty)


def test_analogies_have_sections_and_totals():
    rows = analogy_rows([FAMILY, GRAM])
    assert values(rows, "section", "value", "correct", "used", "total", "coverage") == [
        ("family", 0.666667, 2, 3, 4, 0.75),
        ("gram1", 0.166667, 1, 6, 6, 1),
        ("semantic", 0.666667, 2, 3, 4, 0.75),
        ("syntactic", 0.166667, 1, 6, 6, 1),
        ("all", 0.333333, 3, 9, 10, 0.9),
    ]


def test_unknown_words_can_count_as_wrong():
    rows = analogy_rows([FAMILY, GRAM], oov="wrong")
    assert values(rows, "value", "used", "total")[0] == (0.5, 3, 4)
    unknown = [Section("x", 0, 0, 5)]
    assert values(analogy_rows(unknown, oov="wrong"), "value", "coverage") == [(0, 0), (0, 0)]
    assert values(analogy_rows(unknown), "value", "coverage") == [(None, 0), (None, 0)]


def test_one_kind_of_sections_has_one_total():
    assert values(analogy_rows([GRAM]), "section") == [("gram1",), ("all",)]


@pytest.mark.parametrize("oov", ["skip", "wrong"])
def test_an_empty_section_has_no_value(oov):
    first = analogy_rows([EMPTY, FAMILY], oov)[0]
    assert (first["value"], first["coverage"]) == (None, None)


def test_both_ways_to_count_stand_side_by_side():
    rows = analogy_rows([FAMILY], "both", "mul", intervals=True)
    assert values(rows, "section", "metric", "value", "correct", "used", "total") == [
        ("family", "accuracy-mul", 0.666667, 2, 3, 4),
        ("family", "accuracy-mul-oov-wrong", 0.5, 2, 3, 4),
        ("all", "accuracy-mul", 0.666667, 2, 3, 4),
        ("all", "accuracy-mul-oov-wrong", 0.5, 2, 3, 4),
    ]
    assert rows[1]["high"] == 1  # of four, two more can be right
