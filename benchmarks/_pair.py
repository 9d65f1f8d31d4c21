"""Whole processes timed in turn (A B, B A, A B …), so that a drifting machine slows both: ratios per pair, not seconds.

What a pair of commands prints here is what stands in BENCHMARKS.md.
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import time
from typing import NamedTuple


class Run(NamedTuple):
    """One process: wall and processor seconds, peak resident memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: str | list[str]) -> Run:
    """Run a command to its end, output thrown away; it must succeed. A string may redirect, as a shell does."""
    shell = isinstance(command, str)
    begin = time.perf_counter()
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"] if shell else command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"exit code {process.returncode}: {command if shell else shlex.join(command)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(title: str, ours, peer, pairs: int = 5, field: str = "wall") -> float:
    """Time two commands (or functions that return a Run) in turn; prints and returns the median ratio ours / peer."""
    ours, peer = (side if callable(side) else lambda side=side: run(side) for side in (ours, peer))
    ours(), peer()  # page cache and compiled kernels are warm for both
    results = []
    for i in range(pairs):
        first, second = (ours, peer) if i % 2 == 0 else (peer, ours)
        a, b = first(), second()
        results.append((a, b) if i % 2 == 0 else (b, a))
    ratios = sorted(getattr(a, field) / getattr(b, field) for a, b in results)
    mine, theirs = ([getattr(pair[side], field) for pair in results] for side in (0, 1))
    peaks = [max(pair[side].peak for pair in results) for side in (0, 1)]
    ratio = statistics.median(ratios)
    print(
        f"{title}: {statistics.median(mine):.3f} s against {statistics.median(theirs):.3f} s {field}, "
        f"ratio {ratio:.3f} ({ratios[0]:.3f}-{ratios[-1]:.3f}, {pairs} pairs), "
        f"peak {peaks[0]:.0f} MB against {peaks[1]:.0f} MB",
        flush=True,
    )
    return ratio


def once(command: list[str]) -> tuple[float, float]:
    """(what the process prints, a rate; its peak resident MB)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {shlex.join(command)}")
    return float(printed), usage.ru_maxrss / 1024


def compare_rates(title: str, unit: str, ours: list[str], peer: list[str], pairs: int) -> float:
    """Run two commands in turn, each of which prints a rate; prints and returns the median ratio ours / peer."""
    results = []
    for i in range(pairs):
        pair = [once(command) for command in ((ours, peer) if i % 2 == 0 else (peer, ours))]
        results.append(pair if i % 2 == 0 else pair[::-1])
    ratios = sorted(mine[0] / theirs[0] for mine, theirs in results)
    rates = [statistics.median(pair[side][0] for pair in results) for side in (0, 1)]
    peaks = [max(pair[side][1] for pair in results) for side in (0, 1)]
    print(
        f"{title}: {rates[0]:,.0f} against {rates[1]:,.0f} {unit}, "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}, {pairs} pairs), "
        f"peak {peaks[0]:.0f} MB against {peaks[1]:.0f} MB",
        flush=True,
    )
    return statistics.median(ratios)


def load() -> str:
    """The load of the machine, to stand beside every figure."""
    return f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores"
