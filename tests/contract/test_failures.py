"""Every command that writes a file, while the system fails: the old file or the new one, and nothing left over."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import signal

import _warm
import pytest
from _contract import ONE_EACH, WRITING, assert_one_error, contents, filled, has, quiet

from embedkit.catalog import MODELS
from embedkit.io import output, temporary
from embedkit.io.output import Output
from embedkit.training.checkpoint import Checkpoint

OUTPUT_CALLS = ("open", "posix_fallocate", "write", "ftruncate", "fsync", "replace")
SMALL = 1 << 8  # bytes that an output gathers before it writes: several writes even of small files
FAULTS = {"disk full": errno.ENOSPC, "broken disk": errno.EIO, "killed": None}


class Killed(BaseException):
    pass


class System:
    """`os` as output.py sees it, in which the `nth` of OUTPUT_CALLS fails with `code`, or is the last thing that the
    process does: from then on every call raises `Killed`, and descriptors are closed by `bury`."""

    def __init__(self, nth: int = 0, code: int | None = None):
        self.nth, self.code, self.calls, self._dead, self._fds = nth, code, 0, False, set()

    def __getattr__(self, name):
        if self._dead:
            raise Killed
        real = getattr(os, name)
        if name == "close":
            return lambda fd: self._fds.discard(fd) or real(fd)
        return (lambda *args: self._call(real, *args)) if name in OUTPUT_CALLS else real

    def _call(self, real, *args):
        self.calls += 1
        if self.calls == self.nth:
            if self.code is None:
                self._dead = True
                raise Killed
            raise OSError(self.code, os.strerror(self.code))
        result = real(*args)
        if real is os.open:
            self._fds.add(result)
        return result

    def bury(self) -> None:
        for fd in self._fds:
            os.close(fd)


@pytest.fixture
def run_in(run, monkeypatch):
    """`run_in(system, *args)`: the result of a command, None where it was killed; checkpoints at every chance."""

    def call(system: System, *args):
        turns = itertools.cycle([False, True])
        with monkeypatch.context() as patch:
            for module in (output, temporary):
                patch.setattr(module, "os", system)
            patch.setattr(output, "CHUNK", SMALL)
            patch.setattr(Checkpoint, "due", lambda self: next(turns))
            try:
                return run(*args)
            except Killed:
                return None
            finally:
                system.bury()

    return call


@pytest.mark.parametrize("name", WRITING)
def test_a_sample_of_calls_fails(run_in, kit, tmp_path, name):
    check_faults(run_in, kit, tmp_path, name, lambda total: {1 + total // 3, 1 + total * 2 // 3, total})


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITING)
def test_every_call_fails(run_in, kit, tmp_path, name):
    check_faults(run_in, kit, tmp_path, name, lambda total: range(1, total + 1))


def check_faults(run_in, kit, folder, name, chosen) -> None:
    """The old file or the new one stands there, and beside it at most what --resume goes on from; a run after the
    failure gives the bytes of one without."""
    args = filled(name, kit) + quiet(name) + (["--threads", "1"] if has(name, "--threads") else [])
    again = [*args, "--resume"] if has(name, "--resume") else args
    made = folder / "made"
    made.write_bytes(b"old")
    before = set(contents(folder))
    run_in(System(), *args)
    new, counted = made.read_bytes(), System()
    assert run_in(counted, *args).code == 0
    assert made.read_bytes() == new != b"old"
    assert counted.calls > 5
    for nth in chosen(counted.calls):
        for code in FAULTS.values():
            made.write_bytes(b"old")
            result = run_in(System(nth, code), *args)
            assert (result is None) == (code is None)
            assert made.read_bytes() in (b"old", new)
            if code is not None:
                left = set(contents(folder)) - before
                if result.code:
                    assert_one_error(result, os.strerror(code))
                    assert left <= {"made.ckpt"}
                else:  # it was only a checkpoint that could not be written
                    assert made.read_bytes() == new
                    assert not left
            assert run_in(System(), *again).code == 0
            assert made.read_bytes() == new
            assert set(contents(folder)) == before


KILL = """
import os, signal, sys
from embedkit import cli
from embedkit.io import files
plain = os.replace
files.os.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL) if args[1] == sys.argv[-1] else plain(*args)
code = cli.run(sys.argv[1:-1])
"""


@pytest.mark.parametrize("name", [name for name in ONE_EACH if name in WRITING])
def test_killed_before_the_rename(run, kit, tmp_path, name):
    """The worst moment: all is written, and nothing is in its place."""
    args, made = filled(name, kit) + quiet(name), tmp_path / "made"
    made.write_bytes(b"old")
    before = contents(tmp_path)
    done = _warm.run(["-c", KILL, *args, made])
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = contents(tmp_path)
    assert {name: left.pop(name) for name in before} == before
    assert all(name.startswith(".made.") and name.endswith(".tmp") or name == "made.ckpt" for name in left)
    assert run(*args).code == 0
    assert set(contents(tmp_path)) == set(before)
    assert made.read_bytes() != b"old"


@pytest.mark.parametrize("room", [0, 50])
@pytest.mark.parametrize("name", WRITING)
def test_a_file_size_limit(run, kit, tmp_path, name, room):
    """What `ulimit -f` stands for, as a full disk does: nothing fits, or only the beginning."""
    (tmp_path / "made").write_bytes(b"old")
    before, (soft, hard) = contents(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    args = filled(name, kit) + quiet(name)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        result = run(*args)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert_one_error(result, tmp_path / "made", "File too large")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", WRITING)
def test_two_runs_write_one_output(run, kit, tmp_path, name):
    """Each is written under a name of its own: the last to end stays, complete."""
    made, args = tmp_path / "made", filled(name, kit) + quiet(name)
    before = set(contents(tmp_path))
    assert run(*args).code == 0
    theirs = made.read_bytes()
    with Output(made) as out:
        out.write(b"one half, ")
        assert run(*args).code == 0
        assert made.read_bytes() == theirs
        out.write(b"the other half")
    assert made.read_bytes() == b"one half, the other half"
    assert set(contents(tmp_path)) == before | {"made"}


@pytest.mark.parametrize("name", ["svd", "skipgram", "lstm"])
def test_a_disk_without_room_is_noticed_before_the_work(run, kit, tmp_path, monkeypatch, name):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(type(MODELS[name].load()), "train", lambda *args: pytest.fail("the work has begun"))
    result = run("train", name, kit["text"], "-o", tmp_path / "vectors", "--min-count", 1, "--no-cache", "-q")
    assert_one_error(result, "No space left on device")
    assert not (tmp_path / "vectors").exists()
