"""Processes that begin warm end as cold ones do."""

from __future__ import annotations

import os
import subprocess
import sys

import _warm
import pytest

SHELL = 'exec "$0" -m embedkit "$@" {}'


@pytest.mark.parametrize(
    ("redirect", "streams"),
    [
        ("", {}),
        (">&-", {"stdout": _warm.CLOSED}),
        ("<&-", {"stdin": _warm.CLOSED}),
        ("2>&-", {"stderr": _warm.CLOSED}),
        (">/dev/full", {"stdout": "/dev/full"}),
    ],
)
def test_streams(toy_file, redirect, streams):
    args = ["similar", str(toy_file), "-k", "2"]
    cold = subprocess.run(
        ["bash", "-c", SHELL.format(redirect), sys.executable, *args], input=b"king\nxyzzy\n", capture_output=True
    )
    with open("/dev/full", "wb") as full:
        streams = {name: full if stream == "/dev/full" else stream for name, stream in streams.items()}
        warm = _warm.run(["-m", "embedkit", *args], b"king\nxyzzy\n", **streams)
    assert (warm.returncode, warm.stdout or b"", warm.stderr or b"") == (cold.returncode, cold.stdout, cold.stderr)


SEEN = """
import locale, os, signal, sys
streams = [(s.name, s.mode, s.encoding, s.errors, s.line_buffering, s.buffer.raw.mode, s.newlines)
           for s in (sys.stdin, sys.stdout, sys.stderr)]
print(ascii([sys.argv, os.getcwd(), os.environ.get("WORD"), locale.getpreferredencoding(), *streams]))
print([signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD)])
sys.exit(7)
"""


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_what_python_starts_with(tmp_path, locale):
    env = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONUNBUFFERED": ""}
    env |= {"WORD": "한글", "PYTHONIOENCODING": ""}
    args = ["-c", SEEN, "한글"]
    cold = subprocess.run([sys.executable, *args], input=b"", capture_output=True, cwd=tmp_path, env=env)
    warm = _warm.run(args, cwd=tmp_path, env=env)
    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)
    assert cold.returncode == 7, cold.stderr
