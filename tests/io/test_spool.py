"""Arrays made piece by piece, in memory and on disk."""

from __future__ import annotations

import gc
import os
import resource

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, OptionError
from embedkit.io.spool import Spool, pieces, release, reserved
from embedkit.units import parse_size, readable


def filled(room, lengths=(3, 0, 5)):
    spool, at = Spool(np.int32, room), 0
    for length in lengths:
        spool.append(np.arange(at, at + length, dtype=np.int32))
        at += length
    return spool


@pytest.mark.parametrize("room", [None, 0, 20])
def test_array(room):
    spool = filled(room)
    assert len(spool) == 8
    array = spool.array()
    assert array.tolist() == list(range(8))
    assert isinstance(array, np.memmap) is (room is not None)
    release(array)
    assert array.tolist() == list(range(8))


@pytest.mark.parametrize("room", [None, 0, 20])
def test_parts(room):
    parts = list(filled(room).parts())
    assert [part.tolist() for part in parts] == [[0, 1, 2], [], [3, 4, 5, 6, 7]]
    parts[0][0] = 9


def test_a_file_takes_over_when_the_room_is_full():
    spool = Spool(np.int32, 12)
    spool.append(np.arange(3, dtype=np.int32))
    assert not spool.is_on_disk
    spool.append(np.arange(1, dtype=np.int32))
    assert spool.is_on_disk
    assert spool.array().tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize("room", [None, 0, 20])
def test_empty(room):
    assert Spool(np.float32, room).array().shape == (0,)


def test_pieces_cover_the_array():
    array = filled(0).array()
    assert [piece.tolist() for piece in pieces(array, 3)] == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_files_have_no_name_and_go_with_the_array(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gc.collect()  # what other tests have left
    before = len(os.listdir("/proc/self/fd"))
    array = filled(0).array()
    assert os.listdir(tmp_path) == []
    del array
    filled(0)
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_reserved_array_is_writable_and_on_disk():
    array = reserved(np.int32, 5)
    array[1:] = 7
    release(array)
    assert array.tolist() == [0, 7, 7, 7, 7]
    assert reserved(np.uint8, 0).tolist() == []


@pytest.mark.parametrize(
    "make", [lambda: Spool(np.uint8, 0).append(np.ones(3, np.uint8)), lambda: reserved(np.uint8, 3)]
)
def test_a_full_disk_is_found_at_once(make):
    """However little is written, and before anything is mapped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, hard))
    try:
        with pytest.raises(EmbedkitError, match="^temporary file: File too large$") as caught:
            make()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.hint == "set TMPDIR to a folder with more room"


@pytest.mark.parametrize(
    ("text", "size"), [("123", 123), ("2K", 2048), ("500M", 500 << 20), ("1.5g", 3 << 29), ("4GiB", 4 << 30)]
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-1M", "1e6"])
def test_what_is_no_size(text):
    with pytest.raises(OptionError, match="is not a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "told", "up"),
    [
        (0, "0", "0"),
        (1023, "1023", "1023"),
        (1024, "1.0K", "1.0K"),
        (1537, "1.5K", "1.6K"),
        (340 << 20, "340M", "340M"),
        ((340 << 20) + 1, "340M", "341M"),
        (3 << 29, "1.5G", "1.5G"),
        (5 << 52, "20480T", "20480T"),
    ],
)
def test_sizes_are_told_as_they_are_read(size, told, up):
    assert (readable(size), readable(size, up=True)) == (told, up)
    assert parse_size(up) >= size


def test_pages_of_a_map_are_given_back(tmp_path):
    from embedkit.io.files import map_input

    size = 64 << 20
    (tmp_path / "file").write_bytes(bytes(size))
    mapped = map_input(tmp_path / "file")
    assert not mapped[::4096].any()
    held = resident()
    release(mapped[100:])
    assert held - resident() > size // 2


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split(" ")[1]) * 4096
