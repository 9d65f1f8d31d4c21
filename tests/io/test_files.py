"""Reading by magic, and outputs that appear complete or not at all."""

from __future__ import annotations

import bz2
import errno
import fcntl
import io
import lzma
import os
import select
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from _gzip import gz

from embedkit.errors import EmbedkitError, FormatError
from embedkit.io import files
from embedkit.io.files import map_input, open_input
from embedkit.io.output import Output

TEXT = "한국어 text\n".encode() * 5000
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
PACKERS = {"plain": bytes, "gzip": gz, "bzip2": bz2.compress, "xz": lzma.compress}


def noise(size: int) -> bytes:
    return np.random.default_rng(0).bytes(size)


def put(path, data: bytes):
    with Output(path) as out:
        out.write(data)


# Reading


@pytest.mark.parametrize("packer", PACKERS)
def test_reads_by_magic_not_by_name(tmp_path, packer):
    path = tmp_path / "corpus.txt"
    path.write_bytes(PACKERS[packer](TEXT))
    with open_input(path) as file:
        assert file.readline() == TEXT[: len(TEXT) // 5000]
        assert file.read() == TEXT[len(TEXT) // 5000 :]
    data = map_input(path)
    assert data.dtype == np.uint8
    assert data.tobytes() == TEXT
    assert not data.flags.writeable


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "plain"])
def test_reads_members_and_zero_padding(tmp_path, packer):
    path = tmp_path / "two"
    path.write_bytes(PACKERS[packer](b"one\n") + bytes(100) + PACKERS[packer](b"two\n") + bytes(3))
    with open_input(path) as file:
        assert file.read() == b"one\ntwo\n"


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "plain"])
@pytest.mark.parametrize("damage", ["cut", "flip", "junk"])
def test_damaged_compressed_data(tmp_path, packer, damage):
    packed = bytearray(PACKERS[packer](noise(3000)))
    if damage == "cut":
        del packed[-5:]
    elif damage == "flip":
        packed[1000] ^= 255
    else:
        packed += b"junk junk junk junk junk junk"
    path = tmp_path / "damaged"
    path.write_bytes(packed)
    with pytest.raises(FormatError, match="damaged: damaged compressed data"):
        map_input(path)


def test_xz_is_not_followed_by_the_older_format(tmp_path):
    """It has no magic: junk would be read as one of its headers, which claims up to 4 GB."""
    put(tmp_path / "x", lzma.compress(TEXT) + lzma.compress(b"junk", lzma.FORMAT_ALONE))
    with pytest.raises(FormatError, match="damaged compressed data: Input format not supported"):
        map_input(tmp_path / "x")


@pytest.mark.parametrize(("dictionary", "fits"), [(64 << 20, True), (96 << 20, False)])
def test_xz_needs_no_more_memory_than_its_highest_level(tmp_path, dictionary, fits):
    put(tmp_path / "x", lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]))
    if fits:
        assert map_input(tmp_path / "x").tobytes() == TEXT
    else:
        with pytest.raises(FormatError, match="Memory usage limit exceeded"):
            map_input(tmp_path / "x")


def test_what_unpacks_to_more_than_a_hundred_times_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SMALL", 0)
    path = tmp_path / "x"
    put(path, gz(good := noise(2000) + bytes(100_000)))
    assert map_input(path).tobytes() == good
    for pack in (gz, bz2.compress, lzma.compress):
        put(path, pack(bytes(1 << 20)))
        with pytest.raises(FormatError, match="unpacked, it would be more than 100 times as large"):
            map_input(path)
        with open_input(path) as file:  # who reads piece by piece needs no limit
            assert sum(map(len, iter(lambda: file.read(1 << 16), b""))) == 1 << 20


BEGINNINGS = [b"", b"\x1f", b"BZh9 is a word", b"\x1f\x8b", b"\xfd7z", b"\x1f\x8b\x08", b"\x1f\x8b\x08 5\n"]
BEGINNINGS += [
    b"\x1f\x8b\x08\n\xff\n",
    b"\x1f\x8b\x08\tand\tmore\tof\tit\n" * 9999,
    b"BZh91AY&SY is how bzip2 begins\n",
]
BEGINNINGS += [
    b"\x1f\x8b\x08\x01\x02\x02\x02\x02\x02\x02b\n",
    b"\x1f\x8b\x08\0\0\0\0\0{" + b'"a": 1' * 9,
]  # a header's length


@pytest.mark.parametrize("data", BEGINNINGS, ids=range(len(BEGINNINGS)))
def test_what_only_starts_like_compressed_data_is_plain(tmp_path, data):
    path = tmp_path / "x"
    path.write_bytes(data)
    assert map_input(path).tobytes() == data
    with open_input(path) as file:
        assert file.read() == data


@pytest.mark.parametrize("packer", PACKERS)
def test_a_pipe_that_gives_one_byte_at_first(packer):
    """What it is shows when enough is there; a line that cannot be compressed is there at once."""
    reading, writing = os.pipe()

    def trickle():
        data = PACKERS[packer](b"BZ\n")
        os.write(writing, data[:1])
        while select.select([reading], [], [], 0)[0]:
            time.sleep(0.001)
        os.write(writing, data[1:])

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with open_input(f"/dev/fd/{reading}") as file:
            assert file.readline() == b"BZ\n"
    finally:
        thread.join(10)
        os.close(writing)
        os.close(reading)


@pytest.mark.parametrize("size", [1, 3 << 20, 1 << 16])
def test_a_header_that_nobody_writes_is_tried(tmp_path, size):
    """A level that gzip does not know, but what follows unpacks."""
    data = noise(size) if size == 1 << 16 else bytes(size)
    packed = bytearray(gz(data))
    packed[8] = ord("{")
    put(tmp_path / "x", packed)
    with open_input(tmp_path / "x") as file:
        assert file.read() == data


def test_missing_directory_unreadable(tmp_path):
    for read in (open_input, map_input):
        with pytest.raises(EmbedkitError, match="nothing: no such file"):
            read(tmp_path / "nothing")
        with pytest.raises(EmbedkitError, match="is a directory"):
            read(tmp_path)
        (tmp_path / "file").write_bytes(b"x")
        with pytest.raises(EmbedkitError, match="cannot be read: Not a directory"):
            read(tmp_path / "file" / "below")


def test_a_read_error_is_ours():
    # Address 0 of this process cannot be read.
    with pytest.raises(EmbedkitError, match="/proc/self/mem: cannot be read: "):
        open_input("/proc/self/mem")


@pytest.mark.filterwarnings("error")
def test_stdin_is_read_and_stays_open(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(gz(TEXT)))
    monkeypatch.setattr(sys, "stdin", stdin)
    with open_input("-") as file:
        assert file.read() == TEXT
    assert not stdin.buffer.closed
    stdin.buffer.seek(0)
    assert map_input("-").tobytes() == TEXT


def test_a_pipe_is_opened_once(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(TEXT,))
    writer.start()
    assert map_input(fifo).tobytes() == TEXT
    writer.join()


# Writing


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "out"
    for data in (b"first", TEXT * 50, b""):
        with Output(path) as out:
            out.reserve(10**6)
            for start in range(0, len(data), 700_001):
                out.write(data[start : start + 700_001])
            out.write(np.empty((0, 3)))
        assert path.read_bytes() == data
        assert out.written == len(data)
    assert os.listdir(tmp_path) == ["out"]


def test_packs_where_the_suffix_says_so(tmp_path):
    for name, packs in (("x.gz", True), ("x.GZ", True), ("x.gz", False), ("x.txt", True), ("gz", True)):
        with Output(tmp_path / name, packs) as out:
            out.reserve(10**6)
            for data in (TEXT[:99], TEXT * 50, b""):
                out.write(data)
        data = (tmp_path / name).read_bytes()
        assert len(data) == out.written
        assert (data[:2] == b"\x1f\x8b") == (packs and name[-3:].lower() == ".gz")
        assert map_input(tmp_path / name).tobytes() == TEXT[:99] + TEXT * 50


def test_writes_arrays(tmp_path):
    put(tmp_path / "out", np.arange(6, dtype="<u2").reshape(2, 3))
    assert (tmp_path / "out").read_bytes() == bytes([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0])


def test_reserved_space_that_is_not_used_is_given_back(tmp_path):
    with Output(tmp_path / "out") as out:
        out.reserve(1 << 20)
        (temporary,) = os.listdir(tmp_path)
        assert temporary == f".out.{os.getpid()}.tmp"
        assert os.path.getsize(tmp_path / temporary) == 1 << 20
        out.write(b"abc")
    assert (tmp_path / "out").read_bytes() == b"abc"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_exception_nothing_has_changed(tmp_path, failure):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with pytest.raises(failure), Output(path) as out:  # noqa: PT012
        out.write(TEXT * 50)
        raise failure
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out"]


CALLS = ["posix_fallocate", "write", "ftruncate", "fsync", "close", "replace", "open", "fchmod"]


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("name", CALLS)
def test_the_nth_call_fails(tmp_path, monkeypatch, name, code):
    """Fails the 1st, 2nd … call until nothing fails: the old file or the complete new one, and no debris."""
    path, new, real = tmp_path / "out", TEXT * 100, getattr(os, name)
    for nth in range(20):
        path.write_bytes(b"old")
        calls = 0

        def fail(*args, nth=nth):
            nonlocal calls
            calls += 1
            if calls == nth + 1:
                if name == "close":
                    real(*args)
                raise OSError(code, os.strerror(code))
            return real(*args)

        with monkeypatch.context() as patch:
            patch.setattr(files.os, name, fail)
            try:
                with Output(path) as out:
                    out.reserve(len(new))
                    for start in range(0, len(new), 1 << 19):
                        out.write(new[start : start + (1 << 19)])
                error = None
            except EmbedkitError as caught:
                error = caught
        assert os.listdir(tmp_path) == ["out"]
        if error is None:
            assert path.read_bytes() == new
            break
        assert str(error) == f"{path}: cannot be written: {os.strerror(code)}"
        assert path.read_bytes() in (b"old", new)
    assert nth == calls > 0


def test_a_full_device():
    with pytest.raises(EmbedkitError, match="/dev/full: cannot be written: No space left on device"):
        put("/dev/full", b"x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_file_size_limit(tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    script = (
        "import resource, sys; from embedkit.io.output import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "try:\n    with Output(sys.argv[1]) as out:\n"
        "        if sys.argv[2] == 'reserve': out.reserve(1 << 22)\n        out.write(bytes(1 << 22))\n"
        "except EmbedkitError as error: print(error)"
    )
    for way in ("reserve", "write"):
        done = subprocess.run(
            [sys.executable, "-c", script, path, way], env=ENVIRONMENT, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{path}: cannot be written: File too large\n"
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["out"]


def test_the_directory_is_tried_before_the_work(tmp_path):
    for path in (tmp_path / "missing" / "out", tmp_path / "file" / "out"):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(EmbedkitError, match="cannot be written: (there is no such|Not a) directory"):
            Output(path).__enter__()
    for path in (tmp_path, f"{tmp_path}/new/"):
        with pytest.raises(EmbedkitError, match="cannot be written: Is a directory"):
            put(path, b"")
    with pytest.raises(EmbedkitError, match="cannot be written"):
        put("", b"")


def test_symbolic_links_are_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    link.symlink_to(target)
    for data in (b"new", b"newer"):  # the first time the link points nowhere
        put(link, data)
        assert link.is_symlink()
        assert target.read_bytes() == data
    assert os.listdir(tmp_path / "folder") == ["target"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_mode_is_kept(tmp_path, mode):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    path.chmod(mode)
    put(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_new_files_follow_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        put(tmp_path / "out", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def test_write_protected_files_stay(tmp_path, monkeypatch):
    path = tmp_path / "out"
    path.write_bytes(b"old")
    monkeypatch.setattr(files.os, "access", lambda *args: False)  # what anybody but root would hear
    with pytest.raises(EmbedkitError, match="out: cannot be written: Permission denied"):
        put(path, b"new")
    assert path.read_bytes() == b"old"


def test_pipes_are_written_straight_through(tmp_path):
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    put(fifo, TEXT)
    reader.join()
    assert read == [TEXT]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_closed_pipe_stays_a_broken_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(BrokenPipeError):
            put(f"/dev/fd/{writing}", b"x")
    finally:
        os.close(writing)


@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_stdout(path, tmp_path):
    script = (
        "import sys; from embedkit.io.output import *\nprint('a')\n"
        "with Output(sys.argv[1]) as out: out.write(b'b')\nprint('c')"
    )
    target = tmp_path / "log"
    target.write_bytes(b"0\n")
    with open(target, "ab") as file:  # as the shell's >>
        subprocess.run([sys.executable, "-c", script, path], env=ENVIRONMENT, stdout=file, check=True)
    assert target.read_bytes() == b"0\na\nbc\n"


def test_stdout_in_memory(monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stdout)
    put("-", TEXT)
    assert stdout.buffer.getvalue() == TEXT


def test_a_long_name(tmp_path):
    path = tmp_path / ("x" * 255)
    put(path, b"data")
    assert path.read_bytes() == b"data"


def test_what_killed_runs_left_is_removed_and_nothing_else(tmp_path):
    """A file under the name of a temporary one is locked while its run lives; a name alone says nothing."""
    dead, other, longer = tmp_path / ".out.77.tmp", tmp_path / ".outer.77.tmp", tmp_path / ".out.txt.77.tmp"
    for path in (dead, tmp_path / f".out.{os.getpid()}.1.tmp", other, longer):
        path.write_bytes(b"theirs")
    with Output(tmp_path / "out") as out:
        out.write(b"ours")
        (ours,) = tmp_path.glob(f".out.{os.getpid()}*.tmp")
        put(tmp_path / "out", b"another")
        assert ours.exists()
        assert (tmp_path / "out").read_bytes() == b"another"
    assert (tmp_path / "out").read_bytes() == b"ours"
    assert {*tmp_path.iterdir()} == {tmp_path / "out", other, longer}


def test_a_killed_run_leaves_what_the_next_one_removes(tmp_path):
    script = (
        "import os, signal, sys; from embedkit.io.output import *\n"
        "with Output(sys.argv[1]) as out: out.write(bytes(1 << 22)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", script, path], env=ENVIRONMENT)
    assert done.returncode == -9
    assert len(os.listdir(tmp_path)) == 1
    put(path, b"new")
    assert os.listdir(tmp_path) == ["out"]


def test_swept_away_before_it_was_locked(tmp_path, monkeypatch):
    """Another run may find the file in the instant between its making and its lock: a new one is made."""
    plain, gone = fcntl.flock, []

    def flock(fd, how):
        if not gone:
            gone.extend(tmp_path.iterdir())
            gone[0].unlink()
        plain(fd, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    put(tmp_path / "out", b"data")
    assert gone
    assert os.listdir(tmp_path) == ["out"]
    assert (tmp_path / "out").read_bytes() == b"data"
