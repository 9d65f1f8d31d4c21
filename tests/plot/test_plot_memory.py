"""Figures of a memory."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.plot.memory import Heads, render_memory, shown_rows


def heads(writes, reads, N=8):
    """Heads that stand at these rows."""
    return Heads(["가", "b"], ["가", "$", "<eos>"], np.eye(N)[writes], np.eye(N)[reads])


@pytest.mark.parametrize(
    ("writes", "reads", "rows"),
    [
        ([0, 1], [0, 1, 2], [0, 1, 2]),
        ([0, 7], [0, 7, 6], [6, 7, 0]),
        ([3, 3], [3, 3, 3], [3]),
        ([5, 5], [7, 7, 7], [5, 6, 7]),
    ],
)
def test_rows_that_no_head_touches_are_left_out_at_the_ends(writes, reads, rows):
    assert shown_rows(heads(writes, reads)).tolist() == rows


def test_all_rows_are_shown_where_all_are_touched():
    assert sorted(shown_rows(heads([0, 2], [4, 6, 0])).tolist()) != []
    spread = Heads(["a"], ["a"], np.full((1, 8), 0.125), np.full((1, 8), 0.125))
    assert sorted(shown_rows(spread).tolist()) == list(range(8))


def test_a_figure_has_the_tokens_and_is_the_same_each_time():
    pytest.importorskip("matplotlib")
    found = [heads([0, 1], [0, 1, 2]), heads([4, 5], [4, 5, 6])]
    first = render_memory(found, "svg", None, 100)
    assert first == render_memory(found, "svg", None, 100)
    for said in ("source, written", "output, read", "가", "&lt;eos&gt;"):
        assert said.encode() in first
