"""Rows with one schema, and the table for people."""

from __future__ import annotations

import pytest

from embedkit.eval.analogy import Answers, Section
from embedkit.eval.report import COLUMNS, analogy_rows, similarity_rows, table
from embedkit.eval.similarity import Agreement

FAMILY, EMPTY, GRAM = Section("family", 2, 3, 4), Section("none", 0, 0, 0), Section("gram1", 1, 6, 6)


def values(rows, *columns):
    return [tuple(row[column] for column in columns) for row in rows]


def test_similarity_has_two_rows():
    rows = list(similarity_rows("m.bin", "ws", Agreement(0.12345678, None, 2, 3, 5, 0)))
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    assert tuple(rows[0].values()) == ("m.bin", "similarity", "ws", None, "spearman", 0.123457, None, 2, 3, 0.666667)
    assert tuple(rows[1].values()) == ("m.bin", "similarity", "ws", None, "pearson", None, None, 2, 3, 0.666667)


def test_analogies_have_sections_and_totals():
    rows = list(analogy_rows("m", "q", Answers([FAMILY, GRAM], 9, 0)))
    assert {tuple(row) for row in rows} == {COLUMNS}
    assert values(rows, "section", "value", "correct", "used", "total", "coverage") == [
        ("family", 0.666667, 2, 3, 4, 0.75),
        ("gram1", 0.166667, 1, 6, 6, 1),
        ("semantic", 0.666667, 2, 3, 4, 0.75),
        ("syntactic", 0.166667, 1, 6, 6, 1),
        ("all", 0.333333, 3, 9, 10, 0.9),
    ]


def test_unknown_words_can_count_as_wrong():
    rows = analogy_rows("m", "q", Answers([FAMILY, GRAM], 9, 0), oov="wrong")
    assert values(rows, "value", "used", "total")[0] == (0.5, 3, 4)
    unknown = Answers([Section("x", 0, 0, 5)], 9, 9)
    assert values(analogy_rows("m", "q", unknown, oov="wrong"), "value", "coverage") == [(0, 0), (0, 0)]
    assert values(analogy_rows("m", "q", unknown), "value", "coverage") == [(None, 0), (None, 0)]


def test_one_kind_of_sections_has_one_total():
    assert values(analogy_rows("m", "q", Answers([GRAM], 9, 0)), "section") == [("gram1",), ("all",)]


@pytest.mark.parametrize("oov", ["skip", "wrong"])
def test_an_empty_section_has_no_value(oov):
    row = next(analogy_rows("m", "q", Answers([EMPTY, FAMILY], 9, 0), oov))
    assert (row["value"], row["coverage"]) == (None, None)


def test_the_table_is_aligned():
    rows = [
        *similarity_rows("m", "ws353", Agreement(0.5, -0.25, 20, 20, 40, 0)),
        *analogy_rows("long.bin", "q", Answers([GRAM], 9, 0)),
    ]
    assert list(table(rows)) == [
        "model     task        dataset  section  metric      value  correct  used  total  coverage",
        "m         similarity  ws353    -        spearman   0.5000        -    20     20    1.0000",
        "m         similarity  ws353    -        pearson   -0.2500        -    20     20    1.0000",
        "long.bin  analogy     q        gram1    accuracy   0.1667        1     6      6    1.0000",
        "long.bin  analogy     q        all      accuracy   0.1667        1     6      6    1.0000",
    ]
