"""Damaged files of every kind that is read: an error that names the file, or a file like any other."""

from __future__ import annotations

import itertools
import os
import random
import time
import tracemalloc

import pytest
from _again import nothing
from _cases import cases
from _hostile import HOSTILE
from _mutate import STEPS, mend, mutate, random_steps
from _readers import READERS, SEALED, check, check_sealed
from hypothesis import given
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


@cases(120)
@given(steps=MUTATIONS)
def test_damaged_files_load_or_are_refused(kind, good, path, steps):
    if check(READERS[kind], path, mutate(good, steps)) and kind in SEALED:
        check_sealed(path, good)


@cases(60)
@given(steps=MUTATIONS)
def test_damage_that_checksums_do_not_give_away(kind, good, path, steps):
    if kind not in (*SEALED, "scipy-npz"):
        pytest.skip("has none that could be mended")
    check(READERS[kind], path, mend(mutate(good, steps)))


def test_memory_stays_near_the_size_of_the_file(kind, good, path):
    chance = random.Random(1)
    for _ in range(30):
        assert_memory(kind, path, mutate(good, random_steps(chance)))


def assert_memory(kind, path, data: bytes, room: int = 64 << 20) -> None:
    tracemalloc.start()
    try:
        check(READERS[kind]._replace(again=nothing), path, data)
        assert tracemalloc.get_traced_memory()[1] < len(data) + room
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name, tmp_path):
    kind, make = HOSTILE[name]
    assert_memory(kind, tmp_path / "file", make(), 48 << 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_a_second_for_each_megabyte(name, tmp_path):
    kind, make = HOSTILE[name]
    data, reader = make(), READERS[kind]._replace(again=nothing)
    check(reader, tmp_path / "file", reader.good(tmp_path))  # what is compiled and imported is not counted
    begin = time.process_time()
    check(reader, tmp_path / "file", data)
    assert time.process_time() - begin < max(1, len(data) / (1 << 20))


@pytest.mark.slow
def test_many_damaged_files(kind, good, path, capsys):
    """20,000 cases, or as many as the time allows; none takes a second of the processor."""
    chance, end, refused = random.Random(2), time.monotonic() + SECONDS, 0
    for case in itertools.count():
        if case == CASES or time.monotonic() > end:
            break
        data, begin = mutate(good, random_steps(chance)), time.process_time()
        is_read = check(READERS[kind], path, data)
        assert time.process_time() - begin < 1
        if is_read and kind in SEALED:
            check_sealed(path, good)
        refused += not is_read
    with capsys.disabled():
        print(f"{kind}: {case:,} damaged files, {refused:,} refused")
