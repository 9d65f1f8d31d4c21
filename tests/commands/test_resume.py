"""A training that is cut off and goes on: the same bytes as one that was not, and no other file is touched."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess

import _warm
import pytest

from embedkit.catalog import MODELS
from embedkit.errors import EmbedkitError
from embedkit.eval.validation import Validation
from embedkit.io import container
from embedkit.neural.word2vec import hogwild, trainer
from embedkit.training.checkpoint import Checkpoint
from embedkit.vectors import formats

LINES = ["the cat sat on the mat .", "the dog sat on the rug .", "a cat and a dog met on the mat ."]
TEXT = "\n".join(LINES[i % 3] for i in range(24)) + "\n"
PAIRS = "cat\tdog\t9\nmat\trug\t7\ncat\trug\t2\nsat\tmet\t6\n"
OPTIONS = (
    "--min-count",
    1,
    "--dim",
    4,
    "--epochs",
    3,
    "--lr",
    0.03,
    "--window",
    2,
    "--negative",
    2,
    "--sample",
    0.05,
    "--no-cache",
)
UNIT = 64  # ids between two places where training can be cut off: three and a bit an epoch

# A process of its own, which sends itself signals at the n-th time that it gets somewhere. Of what is patched nothing
# changes what is trained, but for units small enough to make several of a small text.
PROCESS = """
import itertools, os, signal, sys
from embedkit import cli
from embedkit.io import files
from embedkit.training.checkpoint import Checkpoint
from embedkit.neural.word2vec import hogwild, trainer

unit, place, number, when, eager, *signals = sys.argv.pop(1).split()
whole, turns, count = hogwild.spans, itertools.cycle([False, True]), itertools.count(1)
hogwild.spans = lambda ids, size=0: whole(ids, int(unit))
owner = {"train_span": trainer.Trainer, "save": Checkpoint, "replace": files.os}[place]
method = getattr(owner, place)

def patched(*args):
    result = method(*args) if when == "after" else None
    if next(count) == int(number):
        for sent in signals:
            os.kill(os.getpid(), int(sent))
    return result if when == "after" else method(*args)

setattr(owner, place, patched)
if eager == "eager":
    Checkpoint.due = lambda self: self._signal is not None or next(turns)
cli.main()
"""


@pytest.fixture(autouse=True)
def _small_units(monkeypatch):
    whole = hogwild.spans
    monkeypatch.setattr(hogwild, "spans", lambda ids, size=0: whole(ids, UNIT))


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "pairs.txt").write_text(PAIRS)
    return tmp_path / "text.txt"


@pytest.fixture
def cut(text, tmp_path):
    """`cut("save", 2, "after", [SIGKILL], "skipgram", *options)`: the result of a run that was sent these signals."""

    def call(place, number, when, signals, model, *options, eager=True, output="v"):
        plan = [UNIT, place, number, when, "eager" if eager else "-", *map(int, signals)]
        command = ["-c", PROCESS, " ".join(map(str, plan)), "train", model, text, "-o", output]
        return _warm.run([*command, *OPTIONS, *options], cwd=tmp_path)

    return call


def train(run, text, out, model, *options):
    """Train to the end in this process: the bytes of `out`, and what was said."""
    result = run("train", model, text, "-o", out, *OPTIONS, *options)
    assert (result.code, result.out) == (0, ""), result.err
    return out.read_bytes(), result.err


class PowerCut(BaseException):
    pass


@pytest.fixture
def power(monkeypatch):
    """`power(n)`: save after every unit, and fail after n saves; `power()`: to the end, returns their count."""
    plain, counted = Checkpoint.save, itertools.count()

    def call(limit=None):
        nonlocal counted
        counted, turns = itertools.count(1), itertools.cycle([False, True])

        def save(self, *args):
            plain(self, *args)
            if next(counted) == limit:
                raise PowerCut

        monkeypatch.setattr(Checkpoint, "save", save)
        monkeypatch.setattr(Checkpoint, "due", lambda self: next(turns))
        return lambda: next(counted) - 1

    return call


# --- after every possible checkpoint

KINDS = {
    "skipgram": ("skipgram", "--threads", 1),
    "skipgram, pair by pair": ("skipgram", "--threads", 1, "--share-negatives", "none"),
    "skipgram, two threads": ("skipgram", "--threads", 2, "--deterministic"),
    "skipgram, softmax": ("skipgram", "--threads", 1, "--loss", "softmax", "--add-context"),
    "cbow": ("cbow", "--threads", 1),
    "cbow, subwords": ("cbow", "--threads", 2, "--deterministic", "--minn", 2, "--maxn", 3, "--buckets", 20),
    "doc2vec": ("doc2vec", "--threads", 1),
    "doc2vec, dm": ("doc2vec", "--threads", 2, "--deterministic", "--algorithm", "dm", "--loss", "hs"),
    "cbow, everything": ("cbow", "--threads", 2, "--deterministic", "--loss", "hs", "--position-weights"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_goes_on_from_every_checkpoint(run, text, tmp_path, power, kind):
    options = (*KINDS[kind], "--epochs", 2)
    saves = power()
    expected, _ = train(run, text, tmp_path / "whole", *options)
    total = saves()
    assert total > 4
    for n in range(1, total + 1):
        power(n)
        with pytest.raises(PowerCut):
            train(run, text, tmp_path / "v", *options)
        power()
        assert (tmp_path / "v.ckpt").exists()
        assert not (tmp_path / "v").exists()
        assert train(run, text, tmp_path / "v", *options, "--resume")[0] == expected
        assert not (tmp_path / "v.ckpt").exists()
        (tmp_path / "v").unlink()


def test_saving_changes_nothing(run, text, tmp_path, power):
    plain, _ = train(run, text, tmp_path / "plain", "skipgram", "--threads", 1)
    power()
    assert train(run, text, tmp_path / "eager", "skipgram", "--threads", 1)[0] == plain


def test_cut_off_again_and_again(run, text, tmp_path, power):
    expected, _ = train(run, text, tmp_path / "whole", "cbow", "--threads", 1)
    power(1)
    with pytest.raises(PowerCut):
        train(run, text, tmp_path / "v", "cbow", "--threads", 1)
    for resumed in itertools.count(1):
        power(1)
        try:
            assert train(run, text, tmp_path / "v", "cbow", "--threads", 1, "--resume")[0] == expected
            break
        except PowerCut:
            assert resumed < 100
    assert resumed > 9


def test_frozen_rows_from_a_file(run, text, tmp_path, power):
    given, _ = train(run, text, tmp_path / "given", "cbow", "--threads", 1, "--seed", 7)
    options = ("skipgram", "--threads", 1, "--init", tmp_path / "given", "--freeze")
    expected, _ = train(run, text, tmp_path / "whole", *options)
    power(5)
    with pytest.raises(PowerCut):
        train(run, text, tmp_path / "v", *options)
    power()
    assert train(run, text, tmp_path / "v", *options, "--resume")[0] == expected
    assert (formats.load(tmp_path / "v").matrix == formats.load(tmp_path / "given").matrix).all()


@pytest.mark.parametrize("saves", [2, 4, 6, 9])
def test_the_best_epoch_survives(run, text, tmp_path, power, monkeypatch, saves):
    """The second of three epochs is the best; it is kept wherever the run is cut off."""
    judged = {}

    def judge(self, vectors, known_only=False):
        if not known_only:
            judged.setdefault(vectors.matrix.tobytes(), len(judged))
        return {"p": known_only or (0.25, 0.75, 0.5)[judged[vectors.matrix.tobytes()]]}

    monkeypatch.setattr(Validation, "__call__", judge)
    options = ("skipgram", "--threads", 1, "--keep-best", "--valid-pairs", tmp_path / "pairs.txt")
    expected, _ = train(run, text, tmp_path / "whole", *options)
    vectors = formats.load(tmp_path / "whole")
    assert vectors.metadata["best_epoch"] == 2
    assert vectors.metadata["valid"] == [{"p": 0.25}, {"p": 0.75}, {"p": 0.5}]
    assert vectors.matrix.tobytes() == list(judged)[1]
    power(saves)
    with pytest.raises(PowerCut):
        train(run, text, tmp_path / "v", *options)
    power()
    assert train(run, text, tmp_path / "v", *options, "--resume")[0] == expected
    assert len(judged) == 3


# --- killed, in a process of its own


@pytest.mark.parametrize(
    ("place", "number", "when"),
    [
        ("train_span", 3, "before"),  # in the first epoch; _train is called once to load the kernels
        ("replace", 3, "before"),  # a checkpoint is written, but has not replaced the one before
        ("save", 5, "after"),
        ("replace", None, "before"),  # all is over, but the result is not in its place
    ],
)
def test_kill_and_resume(run, text, tmp_path, cut, power, place, number, when):
    options = ("skipgram", "--threads", 1)
    saves = power()
    expected, _ = train(run, text, tmp_path / "whole", *options)
    killed = cut(place, number or saves() + 1, when, [signal.SIGKILL], *options)
    assert killed.returncode == -9, killed.stderr
    assert (tmp_path / "v.ckpt").exists()
    assert not (tmp_path / "v").exists()
    assert train(run, text, tmp_path / "v", *options, "--resume")[0] == expected
    assert not (tmp_path / "v.ckpt").exists()


def events(path, *names) -> list[tuple]:
    found = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
    return [(event["event"], event.get("epoch")) for event in found if event["event"] in names]


def test_the_log_goes_on_behind_that_of_the_cut_off_run(run, text, tmp_path, cut):
    log, options = tmp_path / "log", ("skipgram", "--threads", 1, "--log", "log")
    cut("save", 5, "after", [signal.SIGKILL], *options)
    before = log.read_bytes()
    assert events(log, "epoch", "done") == [("epoch", 1)]
    log.write_bytes(before + b'{"event": "epoch", "ti')  # as if it was cut off in the middle of a line
    train(run, text, tmp_path / "v", *options[:-1], log, "--resume")
    assert log.read_bytes().startswith(before)
    assert events(log, "epoch", "done") == [("epoch", 1), ("epoch", 2), ("epoch", 3), ("done", None)]
    # There is nothing to go on from now: the run is a new one, and so is its log.
    train(run, text, tmp_path / "v", *options[:-1], log, "--resume")
    assert not log.read_bytes().startswith(before)
    assert events(log, "epoch", "done") == [("epoch", 1), ("epoch", 2), ("epoch", 3), ("done", None)]


@pytest.mark.parametrize(
    ("sent", "code", "options"),
    [
        (signal.SIGINT, 130, ("skipgram", "--threads", 1)),
        (signal.SIGTERM, 143, ("cbow", "--threads", 2, "--deterministic")),
    ],
)
def test_signal_leaves_a_checkpoint(run, text, tmp_path, cut, sent, code, options):
    expected, _ = train(run, text, tmp_path / "whole", *options)
    (tmp_path / "v").write_bytes(b"old")
    before = {path.name for path in tmp_path.iterdir()}
    stopped = cut("train_span", 6, "before", [sent], *options, eager=False)
    assert (stopped.returncode, stopped.stdout) == (code, b"")
    assert stopped.stderr.decode().strip().split("\n")[-1] == "stopped; --resume goes on from v.ckpt"
    assert {path.name for path in tmp_path.iterdir()} == before | {"v.ckpt"}
    assert (tmp_path / "v").read_bytes() == b"old"
    assert train(run, text, tmp_path / "v", *options, "--resume")[0] == expected
    assert {path.name for path in tmp_path.iterdir()} == before


def test_second_signal_ends_it_at_once(tmp_path, cut):
    before = {path.name for path in tmp_path.iterdir()}
    # In the first epoch nothing is saved; at the end of the second what the first one left stays.
    for place, number, left in (("train_span", 3, set()), ("save", 2, {"v.ckpt"})):
        stopped = cut(place, number, "before", [signal.SIGINT, signal.SIGTERM], "skipgram", "--threads", 1, eager=False)
        assert stopped.returncode == 143
        assert b"stopped" not in stopped.stderr
        assert {path.name for path in tmp_path.iterdir()} == before | left
    assert json.loads(container.read(tmp_path / "v.ckpt").metadata["state"])["history"]["epoch"] == 1


def test_signal_without_a_checkpoint(tmp_path, cut):
    before = {path.name for path in tmp_path.iterdir()}
    stopped = cut("train_span", 3, "before", [signal.SIGINT], "skipgram", "--threads", 1, eager=False, output="-")
    assert (stopped.returncode, stopped.stdout) == (130, b"")
    assert b"resume" not in stopped.stderr
    assert {path.name for path in tmp_path.iterdir()} == before


def test_stdout_with_a_checkpoint(run, text, tmp_path, cut):
    expected, _ = train(run, text, tmp_path / "whole", "skipgram", "--threads", 1)
    options = ("skipgram", "--threads", 1, "--checkpoint", tmp_path / "state")
    stopped = cut("train_span", 6, "before", [signal.SIGTERM], *options, eager=False, output="-")
    assert (stopped.returncode, stopped.stdout) == (143, b"")
    # In a process as well, for its stdout.
    again = cut("train_span", 999, "before", [], *options, "--resume", eager=False, output="-")
    assert (again.returncode, again.stdout) == (0, expected)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_from_outside(text, tmp_path, sent, code):
    """More epochs than anyone waits for; the log, on stderr, tells when training is under way."""
    options = [*OPTIONS, "--threads", "2", "--epochs", 10**7, "--log", "/dev/stderr", "-q"]
    command = ["-m", "embedkit", "train", "skipgram", text, "-o", tmp_path / "v", *options]
    with _warm.Process(command, stderr=subprocess.PIPE) as running:
        assert any(json.loads(line)["event"] == "checkpoint" for line in running.stderr)
        running.send_signal(sent)
        rest = running.stderr.read().split(b"\n")
        assert running.wait() == code
    assert {json.loads(line)["event"] for line in rest if line} <= {"epoch", "checkpoint"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pairs.txt", "text.txt", "v.ckpt"]
    assert container.read(tmp_path / "v.ckpt").metadata["kind"] == "checkpoint"


# --- what does not go on


@pytest.fixture
def unfinished(run, text, tmp_path, power):
    """A checkpoint in the middle of the second epoch."""
    train(run, text, tmp_path / "given", "skipgram", "--threads", 1)
    (tmp_path / "words").write_text("the\ncat\ndog\nsat\n")
    power(6)
    with pytest.raises(PowerCut):
        train(run, text, tmp_path / "v", "skipgram", "--threads", 1, "--init", tmp_path / "given")
    power()
    return (tmp_path / "v.ckpt").read_bytes()


def refused(run, text, tmp_path, unfinished, *options, model="skipgram"):
    files = {path.name for path in tmp_path.iterdir()}
    out = ("-o", tmp_path / "v", "--threads", 1, "--resume")
    result = run("train", model, text, *out, *OPTIONS, "--init", tmp_path / "given", *options)
    assert (result.code, result.out) == (1, "")
    assert (tmp_path / "v.ckpt").read_bytes() == unfinished
    assert {path.name for path in tmp_path.iterdir()} == files
    *_, error, hint = result.err.rstrip("\n").split("\n")
    assert error.startswith("Error: ")
    assert hint.startswith("Hint: ")
    return error


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        (("--lr", 0.06), "training.lr was 0.03, now it is 0.06"),
        (("--epochs", 4), "training.epochs was 3, now it is 4"),
        (("--seed", 2), "training.seed was 1, now it is 2"),
        (("--deterministic",), "training.deterministic was False, now it is True"),
        (("--window", 3), "context.window was 2, now it is 3"),
        (("--loss", "hs"), "model.loss was ns, now it is hs"),
        (("--freeze",), "model.freeze was False, now it is True"),
        (("--lowercase",), "text.lowercase was False, now it is True"),
        (("--vocab", "words"), "vocabulary was "),
        (("--phrases", "phrases"), "vocabulary was "),
        (("--valid-pairs", "pairs.txt"), "valid was None, now it is ['"),
    ],
)
def test_another_option_is_refused(run, text, tmp_path, unfinished, monkeypatch, options, difference):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phrases").write_text("the\tcat\n")
    assert f"v.ckpt: belongs to another run: {difference}" in refused(run, text, tmp_path, unfinished, *options)


def test_another_model_is_refused(run, text, tmp_path, unfinished):
    error = refused(run, text, tmp_path, unfinished, model="cbow")
    assert "model.name was skipgram, now it is cbow" in error


def test_another_text_is_refused(run, text, tmp_path, unfinished):
    # The same words as often as before.
    text.write_text("\n".join(reversed(TEXT.rstrip("\n").split("\n"))) + "\n")
    assert "belongs to another run: corpus was " in refused(run, text, tmp_path, unfinished)


def test_another_file_to_start_from_is_refused(run, text, tmp_path, unfinished):
    vectors = formats.load(tmp_path / "given")
    vectors.matrix = vectors.matrix + 1
    formats.save(tmp_path / "given", vectors)
    assert "belongs to another run: init was " in refused(run, text, tmp_path, unfinished)


def test_where_and_how_fast_may_change(run, text, tmp_path, unfinished):
    text.rename(tmp_path / "moved.txt")
    options = ("skipgram", "--init", tmp_path / "given", "--threads", 2, "--resume", "--log", tmp_path / "log")
    (tmp_path / "v.ckpt").rename(tmp_path / "other.ckpt")
    _, told = train(run, tmp_path / "moved.txt", tmp_path / "other", *options)
    assert f"{tmp_path / 'other.ckpt'}: resumed in epoch 2\n" in told


def test_damaged_checkpoint_is_refused(run, text, tmp_path, unfinished):
    for damaged in (unfinished[:-1], unfinished[:100], unfinished[:-1] + bytes([unfinished[-1] ^ 1])):
        (tmp_path / "v.ckpt").write_bytes(damaged)
        assert "v.ckpt: " in refused(run, text, tmp_path, damaged)


@pytest.mark.parametrize("resume", [(), ("--resume",), ("--restart",)])
def test_what_is_no_checkpoint_is_left_alone(run, text, tmp_path, unfinished, toy_file, resume):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for path in (toy_file, text, tmp_path / "words", tmp_path / "given"):
        result = run("train", "skipgram", text, "-o", tmp_path / "v", *OPTIONS, "--checkpoint", path, *resume)
        assert result.code == 1
        assert str(path) in result.err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_missing_checkpoint_starts_at_the_beginning(run, text, tmp_path):
    expected, _ = train(run, text, tmp_path / "whole", "cbow", "--threads", 1)
    data, told = train(run, text, tmp_path / "v", "cbow", "--threads", 1, "--resume")
    assert data == expected
    assert f"{tmp_path / 'v.ckpt'}: there is no checkpoint, so training starts at the beginning\n" in told


def test_without_resume_or_restart_it_is_refused_before_any_work(run, text, tmp_path, unfinished):
    """Nothing is read, the log of the run is not begun anew; `--restart` gives what a run without it would."""
    (tmp_path / "log").write_text("kept\n")
    text.unlink()
    result = run("train", "cbow", text, "-o", tmp_path / "v", *OPTIONS, "--log", tmp_path / "log")
    assert (result.code, result.out) == (1, "")
    error, hint = result.err.rstrip("\n").split("\n")
    assert error == f"Error: {tmp_path / 'v.ckpt'}: the checkpoint of an unfinished run, which would be lost"
    assert hint.startswith("Hint: --resume goes on from it, --restart discards it and starts anew")
    assert (tmp_path / "log").read_text() == "kept\n"
    result = run("train", "cbow", text, "-o", tmp_path / "v", *OPTIONS, "--restart")
    assert (result.code, (tmp_path / "v.ckpt").read_bytes()) == (1, unfinished)  # the text cannot be read
    text.write_text(TEXT)
    expected, _ = train(run, text, tmp_path / "whole", "cbow", "--threads", 1)
    data, told = train(run, text, tmp_path / "v", "cbow", "--threads", 1, "--restart")
    assert data == expected
    assert f"{tmp_path / 'v.ckpt'}: the checkpoint of an unfinished run is discarded\n" in told
    assert not (tmp_path / "v.ckpt").exists()


@pytest.mark.parametrize("model", [name for name in MODELS if MODELS[name].load().resumable])
def test_every_model_with_checkpoints_asks(run, text, tmp_path, unfinished, model):
    train = ("train", model, text, "-o", tmp_path / "v")
    assert "which would be lost\nHint: --resume " in run(*train).err
    both = run(*train, "--resume", "--restart")
    assert (both.code, both.out) == (2, "")
    assert both.err.startswith("Error: --resume goes on from the checkpoint, --restart discards it")
    assert (tmp_path / "v.ckpt").read_bytes() == unfinished


def test_a_damaged_one_can_be_discarded(run, text, tmp_path, unfinished):
    (tmp_path / "v.ckpt").write_bytes(unfinished[:-1] + bytes([unfinished[-1] ^ 1]))
    options = ("skipgram", "--threads", 1)
    expected, _ = train(run, text, tmp_path / "whole", *options)
    assert train(run, text, tmp_path / "v", *options, "--restart")[0] == expected


def test_a_checkpoint_is_told_from_vectors(run, tmp_path, unfinished):
    shown = run("info", tmp_path / "v.ckpt")
    assert shown.code == 0
    facts = dict(shown.rows)
    assert (facts["kind"], facts["state.history.epoch"], facts["identity.model.dim"]) == ("checkpoint", "1", "4")
    result = run("similar", tmp_path / "v.ckpt", "cat")
    assert (result.code, result.out) == (1, "")
    assert "v.ckpt: holds the checkpoint of an unfinished run, not vectors\nHint: finish it: the same" in result.err


# --- the result cannot be written


def test_full_disk_keeps_what_was_trained(run, text, tmp_path, monkeypatch):
    expected, _ = train(run, text, tmp_path / "whole", "skipgram", "--threads", 1)
    (tmp_path / "v").write_bytes(b"old")
    arguments = ("train", "skipgram", text, *OPTIONS, "--threads", 1)
    error = f"Error: v: No space left on device; what was trained is in {tmp_path / 'v.ckpt'}\nHint: make room, or "

    def fail(*_):
        raise EmbedkitError("v: No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(formats.Saving, "save", fail)
        result = run(*arguments, "-o", tmp_path / "v")
        assert result.code == 1
        assert error in result.err
        assert f"--resume --checkpoint {tmp_path / 'v.ckpt'} -o OTHER" in result.err
        # Again without room: the work is still there, and still named.
        result = run(*arguments, "-o", tmp_path / "v", "--resume")
        assert result.code == 1
        assert error in result.err
    assert (tmp_path / "v").read_bytes() == b"old"
    calls = []
    plain = trainer.Trainer.train_span
    monkeypatch.setattr(trainer.Trainer, "train_span", lambda self, *job: calls.append(job[2]) or plain(self, *job))
    result = run(*arguments, "-o", tmp_path / "other", "--resume", "--checkpoint", tmp_path / "v.ckpt")
    assert result.code == 0
    assert "training is finished" in result.err
    assert (tmp_path / "other").read_bytes() == expected
    assert all(begin == end for begin, end in calls)  # nothing is trained again
    assert not (tmp_path / "v.ckpt").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_output_device(run, text, tmp_path):
    expected, _ = train(run, text, tmp_path / "whole", "skipgram", "--threads", 1)
    arguments = ("train", "skipgram", text, *OPTIONS, "--threads", 1, "--checkpoint", tmp_path / "state")
    result = run(*arguments, "-o", "/dev/full")
    assert result.code == 1
    assert f"/dev/full: cannot be written: No space left on device; what was trained is in {tmp_path / 'state'}\n" in (
        result.err
    )
    assert run(*arguments, "-o", tmp_path / "v", "--resume").code == 0
    assert (tmp_path / "v").read_bytes() == expected


# --- numbers that run away


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # without the compiler, numpy tells as well
@pytest.mark.parametrize("options", [(), ("--deterministic",), ("--loss", "hs"), ("--loss", "softmax")])
@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_divergence_names_epoch_and_rate(run, text, tmp_path, model, options):
    before = sorted(tmp_path.iterdir())
    result = run("train", model, text, "-o", tmp_path / "v", *OPTIONS, "--lr", 1e30, *options)
    assert result.code == 1
    *_, error, hint = result.err.rstrip("\n").split("\n")
    assert error.startswith("Error: training diverged in epoch 1 at lr ")
    assert error.endswith((": the loss is nan", ": the loss is inf", ": the vectors are no longer finite"))
    assert hint == "Hint: train with a lower --lr"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("table", ["inputs", "outputs"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_the_last_good_state_is_kept(run, text, tmp_path, monkeypatch, table, value):
    """The last step of an epoch ruins a number that no loss has met."""
    plain = trainer.Trainer.train_span

    def ruin(self, tables, epoch, span, worker):
        found = plain(self, tables, epoch, span, worker)
        if epoch == 1 and span[1] == len(self.corpus.ids):
            getattr(tables, table)[4] = value
        return found

    monkeypatch.setattr(trainer.Trainer, "train_span", ruin)
    result = run("train", "skipgram", text, "-o", tmp_path / "v", *OPTIONS, "--threads", 1)
    assert result.code == 1
    assert "Error: training diverged in epoch 2 at lr 0.01: the vectors are no longer finite; " in result.err
    assert f"; {tmp_path / 'v.ckpt'} holds the last good state\n" in result.err
    assert not (tmp_path / "v").exists()
    monkeypatch.setattr(trainer.Trainer, "train_span", plain)
    expected, _ = train(run, text, tmp_path / "whole", "skipgram", "--threads", 1)
    assert train(run, text, tmp_path / "v", "skipgram", "--threads", 1, "--resume")[0] == expected


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_somebody_elses_state_is_not_called_ours(run, text, tmp_path, unfinished):
    result = run("train", "skipgram", text, "-o", tmp_path / "v", *OPTIONS, "--lr", 1e30, "--restart")
    assert "diverged" in result.err
    assert "last good state" not in result.err
    assert not (tmp_path / "v.ckpt").exists()
