"""A text is dealt out whole and in order, and every word is predicted from the one before it."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.neural.language.batches import SKIP, Batches


def test_streams_by_hand():
    made = Batches(np.array([5, 6, 7, 8, 9, 4, 3], np.int32), 0, 3, 2)
    assert made.inputs.T.tolist() == [[0, 5, 6], [7, 8, 9], [4, 0, 0]]
    assert made.targets.T.tolist() == [[5, 6, 7], [8, 9, 4], [3, SKIP, SKIP]]
    assert len(made) == 2
    inputs, targets, count = made.chunk(1)
    assert (inputs.tolist(), targets.tolist(), count) == ([[6, 9, 0]], [[7, 4, SKIP]], 2)


@pytest.mark.parametrize(("N", "B", "T"), [(1, 1, 1), (1, 20, 35), (7, 20, 3), (40, 4, 10), (41, 4, 5), (100, 7, 8)])
def test_every_word_once_after_the_one_before(N, B, T):
    ids = np.random.default_rng(N).permutation(N).astype(np.int32) + 1
    made = Batches(ids, 0, B, T)
    windows = [made.chunk(i) for i in range(len(made))]
    assert all(1 <= len(inputs) <= T and count > 0 for inputs, _, count in windows)
    assert sum(count for *_, count in windows) == N
    inputs, targets = (np.concatenate([window[i] for window in windows]).T.reshape(-1) for i in (0, 1))
    real = targets != SKIP
    assert targets[real].tolist() == ids.tolist()
    assert inputs[real].tolist() == [0, *ids[:-1].tolist()]


def test_windows_are_views():
    made = Batches(np.arange(1, 101, dtype=np.int32), 0, 4, 10)
    inputs, targets, _ = made.chunk(1)
    assert np.shares_memory(inputs, made.inputs)
    assert inputs.flags.c_contiguous
    assert targets.flags.c_contiguous
