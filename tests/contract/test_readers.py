"""Damaged files of every kind that is read: an error that names the file, or a file like any other."""

from __future__ import annotations

import itertools
import os
import random
import time
import tracemalloc

import pytest
from _readers import READERS, STEPS, check, mutate, random_steps
from hypothesis import given, settings
from hypothesis import strategies as st

CASES = 20_000
SECONDS = float(os.environ.get("EMBEDKIT_FUZZ_SECONDS", 60))  # for each kind, in the slow run
MUTATIONS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 10**6), st.binary(min_size=1, max_size=9)), min_size=1, max_size=4
)


@pytest.fixture(scope="module", params=READERS)
def kind(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def good(kind, tmp_path_factory) -> bytes:
    return READERS[kind].good(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def path(kind, tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "file"


def test_a_good_file_is_read(kind, good, path):
    assert check(READERS[kind], path, good)


@settings(max_examples=200, deadline=None)
@given(steps=MUTATIONS)
def test_damaged_files_load_or_are_refused(kind, good, path, steps):
    check(READERS[kind], path, mutate(good, steps))


def test_memory_stays_near_the_size_of_the_file(kind, good, path):
    chance = random.Random(1)
    for _ in range(30):
        data = mutate(good, random_steps(chance))
        tracemalloc.start()
        try:
            check(READERS[kind], path, data)
            assert tracemalloc.get_traced_memory()[1] < len(data) + (64 << 20)
        finally:
            tracemalloc.stop()


@pytest.mark.slow
def test_many_damaged_files(kind, good, path, capsys):
    """20,000 cases, or as many as the time allows; none takes a second of the processor."""
    chance, end, refused = random.Random(2), time.monotonic() + SECONDS, 0
    for case in itertools.count():
        if case == CASES or time.monotonic() > end:
            break
        data, begin = mutate(good, random_steps(chance)), time.process_time()
        refused += not check(READERS[kind], path, data)
        assert time.process_time() - begin < 1
    with capsys.disabled():
        print(f"{kind}: {case:,} damaged files, {refused:,} refused")
