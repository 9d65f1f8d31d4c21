"""Jobs on threads: order, limits, errors."""

from __future__ import annotations

import time

import pytest

from embedkit.runtime.parallel import each, imap, thread_count


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_jobs(threads):
    def work(job, worker):
        assert 0 <= worker < threads
        time.sleep(0.002 * (job % 3))
        return job * job

    assert each(work, iter(range(40)), threads) == [n * n for n in range(40)]


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_exception_is_raised_and_stops_the_drawing(threads):
    drawn = []

    def jobs():
        for n in range(1000):
            drawn.append(n)
            yield n

    def work(job, _):
        if job == 5:
            raise KeyError("five")
        return job

    with pytest.raises(KeyError, match="five"):
        each(work, jobs(), threads)
    assert len(drawn) < 1000


def test_an_exception_while_drawing_is_raised():
    def jobs():
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        each(lambda job, _: job, jobs(), 2)


def test_no_more_is_drawn_than_asked_for():
    drawn = []

    def jobs():
        for n in range(50):
            drawn.append(n)
            yield n

    for given, result in enumerate(imap(lambda job, _: job, jobs(), 2, ahead=3)):
        assert result == given
        assert len(drawn) <= given + 1 + 3


def test_leaving_early_stops_the_threads():
    results = imap(lambda job, _: job, iter(int, 1), 2, ahead=2)
    assert next(results) == 0
    results.close()


def test_thread_count():
    assert thread_count(3) == 3
    assert thread_count(None) >= 1
