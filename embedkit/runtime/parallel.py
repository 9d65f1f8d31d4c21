"""Jobs on Python threads, for kernels that run without the interpreter lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache

import numpy as np


def thread_count(threads: int | None) -> int:
    """`threads`, or as many as this process may use cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return threads or cores or 1


@contextmanager
def limited_threads(threads: int | None):
    """Keep BLAS to as many threads as our own kernels use."""
    if threads is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads):
        yield


def spread(work: np.ndarray, parts: int) -> list[tuple[int, int]]:
    """About `parts` spans of rows with equal shares of `work` (V,)."""
    total = np.cumsum(work + 1)
    ends = np.searchsorted(total, np.linspace(0, total[-1], parts + 1)[1:-1])
    edges = np.unique(np.concatenate([[0], ends, [len(work)]])).tolist()
    return list(zip(edges, edges[1:]))


def each(work: Callable, jobs: Iterable, threads: int) -> list:
    """`work(job, worker)` for every job; the results in the order of the jobs. See `imap`."""
    return list(imap(work, jobs, threads))


def together(work: Callable, count: int) -> list:
    """[work(0), …, work(count - 1)], all at once, the first on this thread, the others on threads that are kept: for
    work that takes hardly longer than a thread takes to start. `work` must not call this in its turn."""
    if count == 1:
        return [work(0)]
    others = [_kept_threads(count - 1).submit(work, number) for number in range(1, count)]
    try:
        first = work(0)
    finally:
        wait(others)
    return [first, *(other.result() for other in others)]


@cache
def _kept_threads(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count)


def imap(work: Callable, jobs: Iterable, threads: int, ahead: int | None = None) -> Iterator:
    """Results of `work(job, worker)` in the order of the jobs; `worker` counts the threads from 0.

    Jobs are drawn one at a time, so they may be a generator that reads as it goes; at most `ahead` of them are drawn
    before their result is taken (None: no limit). The first exception stops the drawing and is raised here. Threads are
    daemons: an interrupt leaves at once.
    """
    if threads == 1:
        for job in jobs:
            yield work(job, 0)
        return
    source, results, state = enumerate(jobs), {}, _State()
    drawing, turn = threading.Lock(), threading.Condition()

    def loop(worker: int) -> None:
        try:
            while True:
                with drawing:
                    with turn:
                        turn.wait_for(lambda: state.over or ahead is None or state.drawn - state.given < ahead)
                    # Drawing may wait for input: whoever wants to stop must not wait with it.
                    item = None if state.over else next(source, None)
                    state.drawn += 1
                if item is None:
                    return
                result = work(item[1], worker)
                with turn:
                    results[item[0]] = result
                    turn.notify_all()
        except BaseException as error:
            with turn:
                state.error, state.over = state.error or error, True
        finally:
            with turn:
                state.running -= 1
                turn.notify_all()

    state.running = threads
    for worker in range(threads):
        threading.Thread(target=loop, args=(worker,), daemon=True).start()
    try:
        while True:
            with turn:
                turn.wait_for(lambda: state.error or state.given in results or not state.running)
                if state.error:
                    raise state.error
                if state.given not in results:
                    return
                result = results.pop(state.given)
                state.given += 1
                turn.notify_all()
            yield result
    finally:
        with turn:
            state.over = True
            turn.notify_all()


class _State:
    """Shared state of the threads of one `imap`."""

    drawn = given = running = 0
    over = False
    error: BaseException | None = None
