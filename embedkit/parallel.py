"""Jobs on Python threads, for kernels that run without the interpreter lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable


def thread_count(threads: int | None) -> int:
    """`threads`, or as many as this process may use cores."""
    return threads or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else threads or os.cpu_count()


def each(work: Callable, jobs: Iterable, threads: int, done: Callable | None = None) -> list:
    """`work(job, worker)` for every job, in order of the jobs; `worker` counts the threads from 0.

    Jobs are drawn one at a time, so they may be a generator that reads as it goes. `done(result)` is called after each.
    The first exception stops the drawing and is raised here. Threads are daemons: an interrupt leaves at once.
    """
    source, lock, results, errors = enumerate(jobs), threading.Lock(), {}, []

    def loop(worker: int) -> None:
        try:
            while not errors:
                with lock:
                    item = next(source, None)
                if item is None:
                    return
                results[item[0]] = result = work(item[1], worker)
                if done is not None:
                    with lock:
                        done(result)
        except BaseException as error:
            errors.append(error)

    if threads == 1:
        loop(0)
    else:
        pool = [threading.Thread(target=loop, args=(worker,), daemon=True) for worker in range(threads)]
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()
    if errors:
        raise errors[0]
    return [results[i] for i in range(len(results))]
