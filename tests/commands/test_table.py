"""Rows of scores on a terminal; what is printed elsewhere is tested command by command."""

from __future__ import annotations

from embedkit.commands._table import table


def test_texts_stand_left_and_numbers_right():
    rows = [
        {"model": "m", "section": None, "value": -0.25, "correct": None, "used": 20},
        {"model": "long.bin", "section": "gram1", "value": 1 / 6, "correct": 1, "used": 6},
        {"model": "한국어", "section": "all", "value": 12345.0, "correct": 10, "used": 6},
    ]
    assert list(table(rows, tuple(rows[0]), ("model", "section"))) == [
        "model     section       value  correct  used",
        "m         -           -0.2500        -    20",
        "long.bin  gram1        0.1667        1     6",
        "한국어       all      12345.0000       10     6",
    ]


def test_a_text_in_the_last_column_leaves_no_space_behind():
    rows = [{"n": 1, "method": "model"}, {"n": 22, "method": "interpolate"}]
    assert list(table(rows, ("n", "method"), ("method",))) == [" n  method", " 1  model", "22  interpolate"]
