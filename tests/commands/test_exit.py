"""The end of a command's process: nothing is lost, and nothing is taken apart for its own sake."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ENDS = """
import atexit, sys
from embedkit.commands._exit import leave

class Slow:
    def __del__(self):
        print("taken apart")

slow = Slow()
atexit.register(print, "handler")
print("row")
leave(int(sys.argv[1]))
"""
THRESHOLD = """
import gc
before = gc.get_threshold()
import embedkit.{first}, embedkit.runtime.jit
print(gc.get_threshold() == before)
"""


BUFFERED = os.environ | {"PYTHONUNBUFFERED": ""}


def printed(script: str, *args: str, code: int = 0) -> str:
    command = [sys.executable, "-c", script, *args]
    done = subprocess.run(command, capture_output=True, text=True, env=BUFFERED)
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_rows_and_handlers_come_before_the_end_and_nothing_after(code):
    assert printed(ENDS, str(code), code=code) == "row\nhandler\n"


def test_an_interrupt_leaves_at_once():
    assert printed(ENDS, "130", code=130) == ""


def test_rows_that_nothing_takes_are_told_of():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", ENDS, "0"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=BUFFERED)
    assert done.returncode == 120
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(("first", "is_left"), [("errors", "True\n"), ("cli", "False\n")])
def test_only_the_command_changes_when_garbage_is_collected(first, is_left):
    assert printed(THRESHOLD.format(first=first)) == is_left
