"""The running best against a full sort."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.vectors import top
from embedkit.vectors.top import Top, scan, worker_threads


def full_sort(scores, k):
    """The k best columns of every row, one row after another."""
    best = [
        [id for id in sorted(range(len(row)), key=lambda id: (-row[id], id)) if row[id] > -np.inf] for row in scores
    ]
    return [ids[:k] for ids in best]


def table(kind, n=23, size=400):
    rng = np.random.default_rng(3)
    if kind == "ties":
        return rng.integers(0, 4, (n, size)).astype(np.float32)
    scores = rng.standard_normal((n, size)).astype(np.float32)
    if kind == "rising":
        scores.sort(1)
    if kind == "holes":
        scores[rng.random((n, size)) < 0.3] = np.nan
        scores[rng.random((n, size)) < 0.3] = -np.inf
        scores[2], scores[3], scores[4, 5:] = np.nan, -np.inf, np.nan
    return scores


@pytest.mark.parametrize("kind", ["normal", "rising", "ties", "holes"])
@pytest.mark.parametrize("k", [1, 2, 10, 400, 500])
@pytest.mark.parametrize(("tile", "block_size"), [(400, None), (64, 5), (7, 1), (1, None)])
def test_like_a_full_sort(kind, k, tile, block_size):
    scores = table(kind)
    best, nothing = Top(len(scores), k), np.empty(0, int)
    scan(
        [best],
        400,
        lambda start, end: [lambda rows: scores[rows, start:end].copy()],
        (nothing, nothing),
        1,
        tile,
        block_size,
    )
    expected = full_sort(np.nan_to_num(scores, nan=-np.inf, neginf=-np.inf), k)
    assert [ids.tolist() for ids, _ in best] == expected
    assert [found.tolist() for _, found in best] == [row[ids].tolist() for row, ids in zip(scores, expected)]


@pytest.mark.parametrize("threads", [1, 3])
def test_who_must_not_meet(threads, monkeypatch):
    monkeypatch.setattr(top, "SCORES", 70)
    scores, rng = table("normal"), np.random.default_rng(5)
    questions, ids = np.sort(rng.integers(0, 23, 300)), rng.integers(0, 400, 300)
    best, seen = Top(23, 3), []
    scan([best], 390, lambda start, end: [lambda rows: scores[rows, start:end].copy()], (questions, ids), threads, 50,
         advance=seen.append)  # fmt: skip
    scores[questions, ids] = -np.inf
    assert [ids.tolist() for ids, _ in best] == full_sort(scores[:, :390], 3)
    assert seen == [50] * 7 + [40]


@pytest.mark.parametrize(("work", "questions", "expected"), [(-1, 9, 1), (0, 9, 5), (0, 3, 3), (0, 1, 1), (0, 0, 1)])
def test_threads_are_for_large_work_that_can_be_shared(work, questions, expected, monkeypatch):
    monkeypatch.setattr(top, "thread_count", lambda threads: 5)
    with worker_threads(top.LARGE + work, questions) as threads:
        assert threads == expected


def test_blas_leaves_the_threads_to_us(monkeypatch):
    from threadpoolctl import threadpool_info

    monkeypatch.setattr(top, "thread_count", lambda threads: 2)

    def blas():
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    before = blas()
    with worker_threads(top.LARGE, 2):
        assert blas() <= {1}
    assert blas() == before
