"""The log of a run, and of one that goes on."""

from __future__ import annotations

import json
import os

import pytest

from embedkit.errors import EmbedkitError
from embedkit.runtime.progress import Progress

LINE = '{"event": "epoch", "time": 1.0, "epoch": 1}\n'


def events(path) -> list[str]:
    return [json.loads(line)["event"] for line in path.read_text().split("\n")[:-1]]


@pytest.mark.parametrize("length", range(len(LINE)))
def test_a_torn_line_is_dropped(tmp_path, length):
    log = tmp_path / "log"
    log.write_text(LINE + LINE[:length])
    with Progress(log=str(log), append=True) as progress:
        progress.event("epoch", epoch=2)
    assert log.read_text().startswith(LINE)
    assert events(log) == ["epoch", "epoch"]


@pytest.mark.parametrize(("before", "after"), [('{"ev', ""), ("some\nnotes", "some\nnotes")])
def test_of_a_torn_line_alone_nothing_is_left_and_what_is_no_event_stays(tmp_path, before, after):
    log = tmp_path / "log"
    log.write_text(before)
    with Progress(log=str(log), append=True):
        pass
    assert log.read_text() == after


def test_a_new_log_has_no_old_lines(tmp_path):
    log = tmp_path / "log"
    log.write_text(LINE)
    with Progress(log=str(log)) as progress:
        progress.event("done")
    assert events(log) == ["done"]


def test_going_on_without_a_log_begins_one(tmp_path):
    with Progress(log=str(tmp_path / "log"), append=True) as progress:
        progress.event("done")
    assert events(tmp_path / "log") == ["done"]


def test_devices_are_left_alone():
    with Progress(log="/dev/null", append=True) as progress:
        progress.event("done")


@pytest.mark.parametrize("append", [True, False])
def test_where_no_log_can_be(tmp_path, append):
    with pytest.raises(EmbedkitError, match="cannot write the log: Is a directory"):
        Progress(log=os.fspath(tmp_path), append=append)
