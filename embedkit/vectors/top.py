"""The best few of very many candidates: the vocabulary passes by in tiles, and only the leaders are kept.

Memory depends on the questions and on their answers, never on questions x vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ..runtime.parallel import each, thread_count

TILE = 4096  # candidates at a time
SCORES = 1 << 19  # scores at a time and thread: 2 MiB
LARGE = 1 << 27  # multiplications from which on threads pay

Ranking = tuple[np.ndarray, np.ndarray]
Scores = Callable[[slice], np.ndarray]


class Top:
    """The `k` best candidates so far for each of n questions, best first, ties by id.

    ids : (n, k) int64, -1 where nothing was found
    scores : (n, k) float32, there -inf
    """

    def __init__(self, n: int, k: int):
        self.ids, self.scores = np.full((n, k), -1, np.int64), np.full((n, k), -np.inf, np.float32)

    def __iter__(self) -> Iterator[Ranking]:
        counts = (self.ids >= 0).sum(1).tolist()
        return ((ids[:n], scores[:n]) for ids, scores, n in zip(self.ids, self.scores, counts))

    def offer(self, rows: slice, scores: np.ndarray, start: int) -> None:
        """Candidates from id `start` on, all after those offered before, with their scores (rows, w).

        Scores of -inf and NaN are never among the best. The array may be overwritten.
        """
        if self.ids.shape[1] == 1:
            self._offer_one(rows, scores, start)
            return
        places = self._promising(scores, self.scores[rows, -1:])
        if not len(places):
            return
        owners, columns = np.divmod(places, scores.shape[1])
        # In with the leaders, out with what is then beyond place k. The sort is stable: what came first stays first.
        changed, n = np.unique(owners), self.ids.shape[1]
        changed_rows = changed + (rows.start or 0)
        owners = np.concatenate([np.repeat(changed, n), owners])
        ids = np.concatenate([self.ids[changed_rows].ravel(), columns + start])
        values = np.concatenate([self.scores[changed_rows].ravel(), scores.ravel()[places]])
        order = np.lexsort((-values, owners))
        firsts = np.searchsorted(owners[order], changed)
        best = order[firsts[:, None] + np.arange(n)]
        self.ids[changed_rows], self.scores[changed_rows] = ids[best], values[best]

    def _promising(self, scores: np.ndarray, floor: np.ndarray) -> np.ndarray:
        """Flat places in `scores` that may be among the best."""
        k, (n, width) = self.ids.shape[1], scores.shape
        above = scores > floor
        if k < width and np.count_nonzero(above) > 4 * n * k:
            # Too many to sort. What is not above the floor must not count, and NaN would pass for the largest.
            np.copyto(scores, -np.inf, where=~above)
            above &= scores >= np.partition(scores, width - k, 1)[:, width - k, None]
        return np.flatnonzero(above)

    def _offer_one(self, rows: slice, scores: np.ndarray, start: int) -> None:
        winners = scores.argmax(1)
        best = scores[np.arange(len(scores)), winners]
        if np.isnan(best).any():  # argmax takes NaN for the largest
            np.copyto(scores, -np.inf, where=np.isnan(scores))
            winners = scores.argmax(1)
            best = scores[np.arange(len(scores)), winners]
        better = best > self.scores[rows, 0]
        np.copyto(self.scores[rows, 0], best, where=better)
        np.copyto(self.ids[rows, 0], winners + start, where=better)


def scan(
    tops: Sequence[Top],
    stop: int,
    open_tile: Callable[[int, int], Sequence[Scores]],
    excluded: tuple[np.ndarray, np.ndarray],
    threads: int = 1,
    tile: int | None = None,
    block_size: int | None = None,
    advance: Callable = lambda n: None,
) -> None:
    """Fill `tops`, which rank the same candidates 0..stop by different scores, in one pass over the candidates.

    open_tile : (start, end) -> for each of `tops` a function of a slice of the questions that gives their scores
        (m, end - start); a result is used up before the same thread asks for the next, and may be overwritten
    excluded : questions (rising) and ids (t,) int64 that must not meet
    tile, block_size : candidates and (at most) questions at a time
    """
    n, k = tops[0].ids.shape
    tile = tile or max(TILE, SCORES // max(1, n), 8 * k)
    block_size = max(1, min(block_size or n, SCORES // min(tile, stop), -(-n // threads)))
    blocks = [slice(at, min(at + block_size, n)) for at in range(0, n, block_size)]
    bounds = np.searchsorted(excluded[0], [0, *(block.stop for block in blocks)]).tolist()
    jobs = [(block, slice(*span)) for block, span in zip(blocks, zip(bounds, bounds[1:]))]

    for start in range(0, stop, tile):
        end = min(start + tile, stop)
        scorings = open_tile(start, end)

        def work(job, _, start=start, end=end, scorings=scorings):
            block, span = job
            questions, ids = (part[span] for part in excluded)
            inside = (ids >= start) & (ids < end)
            rows, columns = questions[inside] - block.start, ids[inside] - start
            for top, scores_of in zip(tops, scorings):
                scores = scores_of(block)
                scores[rows, columns] = -np.inf
                top.offer(block, scores, start)

        each(work, jobs, threads)
        advance(end - start)


@contextmanager
def worker_threads(multiplications: int, questions: int):
    """Number of threads that so much work is worth. Where they are several, BLAS keeps to one for each of them.

    BLAS's own threads wait for each other at every product; ours meet once a tile, and share what is not a product.
    """
    threads = min(thread_count(None), questions) if multiplications >= LARGE else 1
    if threads <= 1:
        yield 1
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        yield threads
