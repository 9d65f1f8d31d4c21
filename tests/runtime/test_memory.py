"""What a run may hold: what is free, what is asked for, what is refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.runtime import memory
from embedkit.runtime.memory import Memory
from embedkit.runtime.progress import SILENT

MEMINFO = b"MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:    2000000 kB\n"
NEW = "/sys/fs/cgroup/memory."
OLD = "/sys/fs/cgroup/memory/memory."


def machine(monkeypatch, files: dict[str, bytes]) -> int | None:
    """What is available where the system shows these files alone."""

    def read(path):
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    monkeypatch.setattr(memory, "_read", read)
    return memory.available()


def test_what_the_machine_has(monkeypatch):
    assert machine(monkeypatch, {"/proc/meminfo": MEMINFO}) == 2000000 << 10


def test_nobody_knows(monkeypatch):
    assert machine(monkeypatch, {}) is None
    made = Memory()
    assert (made.limit, made.vocab) == (None, None)
    made.need(SILENT, "the moon", 1 << 60, "")
    assert made.kept(1 << 60) == 1 << 60
    assert made.spool(np.int32).room is None


def test_control_groups(monkeypatch):
    new = {f"{NEW}max": b"1000\n", f"{NEW}current": b"900\n", f"{NEW}stat": b"anon 100\ninactive_file 300\n"}
    assert machine(monkeypatch, {"/proc/meminfo": MEMINFO, **new}) == 400
    assert machine(monkeypatch, {"/proc/meminfo": MEMINFO, **new, f"{NEW}max": b"max\n"}) == 2000000 << 10
    old = {f"{OLD}limit_in_bytes": b"1000\n", f"{OLD}usage_in_bytes": b"900\n"}
    stat = {f"{OLD}stat": b"cache 800\ninactive_file 1\ntotal_inactive_file 200\n"}
    assert machine(monkeypatch, {"/proc/meminfo": MEMINFO, **old, **stat}) == 300


def test_a_limit_of_the_process():
    resource = pytest.importorskip("resource")
    script = (
        "import resource; from embedkit.runtime.memory import available\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 33, resource.RLIM_INFINITY)); print(available())"
    )
    found = int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
    assert 0 < found < 1 << 33
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 1 << 33


def test_what_is_too_much_is_refused():
    asked = Memory(3 << 20)
    asked.need(SILENT, "a table", 3 << 20, "less is less")
    with pytest.raises(EmbedkitError, match="^a table needs about 4.0M of memory; --max-memory is 3.0M$") as caught:
        asked.need(SILENT, "a table", 4 << 20, "less is less")
    assert caught.value.hint == "less is less"


def test_long_arrays_have_a_share():
    asked = Memory(8000)
    assert (asked.kept(1000), asked.kept(1001)) == (1000, 0)
    assert asked.spool(np.int32).room == 1000
    assert (asked.vocab, Memory(8000, 500).vocab) == (2000, 500)
