"""The checkpoint of a training: what it gives back, what it refuses, how signals wait for it."""

from __future__ import annotations

import json
import os
import signal
import threading

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.io import container
from embedkit.io.metadata import pack_metadata
from embedkit.io.output import Output
from embedkit.runtime.progress import Progress
from embedkit.training.checkpoint import INTERVAL, Checkpoint

TENSORS = {"inputs": np.arange(6, dtype=np.float32), "frozen": np.array([1, 0], np.uint8)}
STATE = {"epoch": 1, "unit": 7, "loss": 0.1 + 0.2, "losses": [4.158614030576436], "verdicts": [{"p": -0.5}]}
IDENTITY = {"model": "skipgram", "training": {"lr": 0.03, "files": ("a", "b")}, "corpus": "c0ffee", "init": None}


class Stop(Exception):
    pass


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "v.ckpt")


@pytest.fixture
def kept(path):
    """A checkpoint of an unfinished run."""
    checkpoint(path).save(TENSORS, STATE)
    return path


@pytest.fixture(autouse=True)
def handlers():
    """SIGTERM raises Stop, as SIGINT raises KeyboardInterrupt; whatever a test leaves is undone."""

    def stop(number, _):
        raise Stop

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGTERM, stop)
    yield {**before, signal.SIGTERM: stop}
    for number, handler in before.items():
        signal.signal(number, handler)


def checkpoint(path, identity=IDENTITY, **options):
    made = Checkpoint(path, **options)
    made.identity = identity
    return made


def refusal(path, identity=IDENTITY, **asked):
    with pytest.raises(EmbedkitError) as caught:
        checkpoint(path, identity, **asked or {"resume": True}).load()
    assert caught.value.hint
    return str(caught.value)


def test_gives_back_what_was_saved(kept):
    tensors, state = checkpoint(kept, resume=True).load()
    assert state == STATE
    assert list(tensors) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(tensors[name], tensor)


def test_same_state_same_bytes(kept, tmp_path):
    checkpoint(str(tmp_path / "other")).save(TENSORS, STATE)
    assert (tmp_path / "other").read_bytes() == (tmp_path / "v.ckpt").read_bytes()


def test_knows_what_the_file_holds(path):
    made = checkpoint(path)
    assert (made.is_kept, made.is_complete) == (False, False)
    made.save(TENSORS, STATE)
    assert (made.is_kept, made.is_complete) == (True, False)
    made.save(TENSORS, STATE, is_complete=True)
    assert (made.is_kept, made.is_complete) == (True, True)
    # Of a file that lies there, only whoever goes on from it.
    again, anew = checkpoint(path, resume=True), checkpoint(path, restart=True)
    again.load()
    anew.load()
    assert (again.is_kept, again.is_complete) == (True, True)
    assert (anew.is_kept, anew.is_complete) == (False, False)


def test_saving_over_the_file_that_is_mapped(kept):
    made = checkpoint(kept, resume=True)
    tensors, state = made.load()
    made.save(tensors, state | {"epoch": 2})
    np.testing.assert_array_equal(tensors["inputs"], TENSORS["inputs"])
    tensors, state = checkpoint(kept, resume=True).load()
    assert state["epoch"] == 2
    np.testing.assert_array_equal(tensors["inputs"], TENSORS["inputs"])


def test_removed_when_done(kept, tmp_path):
    made = checkpoint(kept, resume=True)
    made.remove()
    made.remove()
    assert list(tmp_path.iterdir()) == []


def test_without_a_path_there_is_nothing():
    made = checkpoint(None)
    assert made.load() is None
    assert not made.due()
    made.save(TENSORS, STATE, is_complete=True)
    made.remove()
    assert not made.is_complete


# --- what it refuses


def changed(**fields):
    return {**IDENTITY, **fields}


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        (changed(model="cbow"), "model was skipgram, now it is cbow"),
        (changed(training={**IDENTITY["training"], "lr": 0.05}), "training.lr was 0.03, now it is 0.05"),
        (changed(training={"lr": 0.03, "files": ("a",)}), "training.files was ['a', 'b'], now it is ['a']"),
        (changed(training={"lr": 0.03, "files": ("a", "b"), "x": 1}), "training.x was None, now it is 1"),
        (changed(corpus="decaf"), "corpus was c0ffee, now it is decaf"),
        (changed(init="1234"), "init was None, now it is 1234"),
        # Of several differences the first.
        ({}, "model was skipgram, now it is None"),
        (changed(corpus="decaf", model="cbow"), "model was skipgram, now it is cbow"),
    ],
)
def test_another_run_is_refused(kept, identity, message):
    assert refusal(kept, identity=identity) == f"{kept}: belongs to another run: {message}"


def test_cut_short_at_any_length(kept, tmp_path):
    size = (tmp_path / "v.ckpt").stat().st_size
    os.truncate(tmp_path / "v.ckpt", size + 1)
    assert "too long" in refusal(kept)
    for less in reversed(range(size)):
        os.truncate(tmp_path / "v.ckpt", less)
        assert refusal(kept).startswith(f"{kept}: ")


def test_any_byte_flipped(kept, tmp_path):
    data = (tmp_path / "v.ckpt").read_bytes()
    with open(tmp_path / "v.ckpt", "r+b", buffering=0) as file:
        for at in range(len(data)):
            os.pwrite(file.fileno(), bytes([data[at] ^ 1 << at % 8]), at)
            assert refusal(kept).startswith(f"{kept}: ")
            os.pwrite(file.fileno(), data[at : at + 1], at)


@pytest.mark.parametrize("asked", [{"resume": False}, {"resume": True}, {"restart": True}], ids=str)
def test_other_files_are_neither_read_nor_replaced(path, toy_file, asked):
    for other in (b"", b"the cat sat on the mat\n", toy_file.read_bytes()):
        with open(path, "wb") as file:
            file.write(other)
        assert refusal(path, **asked) == f"{path}: is no checkpoint"
        with open(path, "rb") as file:
            assert file.read() == other


def test_no_file_at_all(tmp_path):
    assert refusal(str(tmp_path)) == f"{tmp_path}: is no checkpoint"
    assert refusal("/dev/zero") == "/dev/zero: is no checkpoint"
    with pytest.raises(EmbedkitError, match="there is no such directory"):
        Checkpoint(str(tmp_path / "missing" / "v.ckpt"))


def test_native_file_without_checksums(path):
    header = json.dumps({"__metadata__": {"kind": "checkpoint"}}).encode()
    with open(path, "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
    assert "damaged" in refusal(path) or "is no checkpoint" in refusal(path)


@pytest.mark.parametrize("facts", [{}, {"identity": [], "state": {}, "complete": True}, {"identity": {}, "state": {}}])
def test_checksums_that_are_right_say_nothing_of_the_run(path, facts):
    with Output(path) as out:
        container.write(out, TENSORS, pack_metadata({"kind": "checkpoint", **facts}))
    assert refusal(path) == f"{path}: damaged: it does not say what it is the state of"


# --- what people are told


def test_missing_checkpoint_starts_at_the_beginning(path, capsys):
    assert checkpoint(path, resume=True, progress=Progress()).load() is None
    assert capsys.readouterr().err == f"{path}: there is no checkpoint, so training starts at the beginning\n"


def test_an_old_checkpoint_is_refused_unless_resumed_or_discarded(kept, tmp_path, capsys):
    before = (tmp_path / "v.ckpt").read_bytes()
    with pytest.raises(EmbedkitError, match="unfinished run, which would be lost") as caught:
        Checkpoint(kept)
    assert "--resume" in caught.value.hint
    assert "--restart" in caught.value.hint
    made = checkpoint(kept, restart=True, progress=Progress())
    assert not made.will_resume
    assert (tmp_path / "v.ckpt").read_bytes() == before  # what fails before training begins costs nothing
    assert made.load() is None
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == f"{kept}: the checkpoint of an unfinished run is discarded\n"


def test_one_that_appears_in_the_meantime_is_kept(path, tmp_path):
    waiting = checkpoint(path)
    checkpoint(path).save(TENSORS, STATE)
    with pytest.raises(EmbedkitError, match="would be lost"):
        waiting.load()
    assert checkpoint(path, resume=True).load()[1] == STATE


def test_what_cannot_be_written_costs_only_the_checkpoint(tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    made = checkpoint(str(tmp_path / "folder" / "v.ckpt"), progress=Progress())
    (tmp_path / "folder").rmdir()
    made.save(TENSORS, STATE, is_complete=True)
    assert (made.is_kept, made.is_complete) == (False, False)
    assert capsys.readouterr().err.startswith("Warning: no checkpoint: ")


def test_failing_write_keeps_the_last_one(kept, tmp_path, monkeypatch):
    before = (tmp_path / "v.ckpt").read_bytes()
    made = checkpoint(kept, resume=True)

    def full(*_):
        raise EmbedkitError("No space left on device")

    monkeypatch.setattr(container, "write", full)
    made.save(TENSORS, {**STATE, "epoch": 3})
    assert (tmp_path / "v.ckpt").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["v.ckpt"]


# --- signals


def test_due_after_a_while(path, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    made = checkpoint(path)
    assert not made.due()
    now += INTERVAL
    assert made.due()
    made.save(TENSORS, STATE)
    assert not made.due()


def guarded(made, *steps):
    """Take the steps: a number is a signal, "save" a checkpoint, "lost" is never to be reached."""
    with made.guarding():
        for step in steps:
            if step == "lost":
                pytest.fail("the signal was lost")
            elif step == "save":
                made.save(TENSORS, STATE)
            else:
                signal.raise_signal(step)


@pytest.mark.parametrize(("sent", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Stop)])
def test_signal_waits_for_the_next_save(path, handlers, sent, raised):
    with pytest.raises(raised):
        guarded(checkpoint(path), sent, "save", "lost")
    assert checkpoint(path, resume=True).load()[1] == STATE
    assert all(signal.getsignal(number) == handler for number, handler in handlers.items())


def test_second_signal_acts_at_once(path, tmp_path, handlers):
    with pytest.raises(Stop):
        guarded(checkpoint(path), signal.SIGINT, signal.SIGTERM, "lost")
    assert list(tmp_path.iterdir()) == []
    assert all(signal.getsignal(number) == handler for number, handler in handlers.items())


def test_signal_after_the_last_save_is_not_lost(path):
    with pytest.raises(Stop):
        guarded(checkpoint(path), "save", signal.SIGTERM)


def test_signal_acts_even_if_nothing_can_be_saved(path, tmp_path, monkeypatch):
    def full(*_):
        raise EmbedkitError("No space left on device")

    monkeypatch.setattr(container, "write", full)
    with pytest.raises(Stop):
        guarded(checkpoint(path), signal.SIGTERM, "save", "lost")
    assert list(tmp_path.iterdir()) == []


def test_another_error_is_not_hidden_by_a_signal(path, handlers, monkeypatch):
    made = checkpoint(path)
    monkeypatch.setattr(made, "save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        guarded(made, signal.SIGTERM, "save", "lost")
    assert all(signal.getsignal(number) == handler for number, handler in handlers.items())


def test_a_handler_that_goes_on_is_asked_once(path):
    heard = []
    signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    made = checkpoint(path)
    with made.guarding():
        signal.raise_signal(signal.SIGTERM)
        assert (heard, made.due()) == ([], True)
        made.save(TENSORS, STATE)
        assert (heard, made.due()) == ([signal.SIGTERM], False)
    assert heard == [signal.SIGTERM]


def test_ignored_signals_stay_ignored(path):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    made = checkpoint(path)
    with made.guarding():
        signal.raise_signal(signal.SIGHUP)
        assert not made.due()


def test_without_a_path_signals_act_at_once():
    with pytest.raises(Stop):
        guarded(checkpoint(None), signal.SIGTERM, "lost")


def test_other_threads_leave_signals_alone(path, handlers):
    seen = []

    def work():
        with checkpoint(path).guarding():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [handlers[signal.SIGTERM]]


def test_a_disk_without_room_is_told_before_the_work(path, monkeypatch, capsys):
    waiting = checkpoint(path, progress=Progress())
    waiting.expect(TENSORS)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("embedkit.training.checkpoint.free_space", lambda where: 20)
    waiting.expect(TENSORS)
    assert capsys.readouterr().err == f"Warning: no room for checkpoints: {path} will need 26, 20 is free\n"
    checkpoint(None, progress=Progress()).expect(TENSORS)
    assert capsys.readouterr().err == ""
