"""`embedkit train`: text or counts in, vectors out; the same run twice gives the same bytes."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import _warm
import pytest
from _compiler import needs_compiler

from embedkit.vectors import formats

TEXT = "the cat sat on the mat .\nthe dog sat on the rug .\na cat and a dog met on the mat .\n" * 20


def test_svd_from_text(run, text, tmp_path):
    out = tmp_path / "v.safetensors"
    result = run("train", "svd", text, "-o", out, "--dim", 4)
    assert (result.code, result.out) == (0, "")
    assert result.err == "480 tokens, 11 words kept\n"
    vectors = formats.load(out)
    assert vectors.matrix.shape == (11, 4)
    assert vectors.metadata["config"]["model"]["dim"] == 4
    assert vectors.vocab.counts[0] == 100


def test_counts_file_gives_the_same_vectors(run, text, tmp_path):
    direct, counts, later = tmp_path / "a", tmp_path / "counts", tmp_path / "b"
    assert run("train", "svd", text, "-o", direct, "--dim", 4, "--window", 2).code == 0
    assert run("count", text, "-o", counts, "--window", 2).code == 0
    assert run("train", "svd", counts, "-o", later, "--dim", 4).code == 0
    assert direct.read_bytes() == later.read_bytes()


def test_counts_file_refuses_other_counting_options(run, text, tmp_path):
    counts = tmp_path / "counts"
    run("count", text, "-o", counts)
    result = run("train", "ppmi", counts, "-o", tmp_path / "v", "--window", 2, "--lowercase")
    assert result.code == 1
    assert "holds counts already, so --lowercase, --window cannot change them" in result.err


def test_train_on_vectors_is_refused(run, toy_file, tmp_path):
    result = run("train", "svd", toy_file, "-o", tmp_path / "v")
    assert result.code == 1
    assert "holds vectors, not counts\nHint: make them with: embedkit count TEXT" in result.err


@pytest.mark.parametrize("model", ["svd", "ppmi"])
def test_same_seed_same_bytes(run, text, tmp_path, model):
    runs = [("--threads", 1), ("--threads", 1, "--no-cache"), ("--threads", 2)]
    dim = ("--dim", 4) if model == "svd" else ()
    for i, options in enumerate(runs):
        assert run("train", model, text, "-o", tmp_path / str(i), *dim, *options).code == 0
    first, *others = (tmp_path / str(i) for i in range(len(runs)))
    assert all(path.read_bytes() == first.read_bytes() for path in others)


@needs_compiler
@pytest.mark.parametrize("words", [900, 2000])  # LAPACK, and our own iteration
def test_threads_change_no_byte_of_the_sample(process, tmp_path, words):
    sample = Path(__file__).parents[2] / "data" / "sample.txt"
    for threads in (1, 2, 3):
        result = process(
            "train", "svd", sample, "-o", tmp_path / str(threads), "--threads", threads, "-q", "--max-vocab", words
        )
        assert (result.code, result.err) == (0, "")
    assert len({(tmp_path / str(threads)).read_bytes() for threads in (1, 2, 3)}) == 1


def test_stdin_to_stdout(process, tmp_path):
    result = process("train", "svd", "-", "-o", "-", "--to", "word2vec-text", "--dim", 2, "-q", stdin=TEXT)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("11 2\nthe ")


def test_printed_config_reproduces_the_run(run, text, tmp_path):
    options = ("--dim", 3, "--window", 2, "--lowercase", "--eig", 0.25)
    printed = run("train", "svd", "--print-config", *options)
    assert (printed.code, printed.err) == (0, "")
    (tmp_path / "run.toml").write_text(printed.out)
    assert run("train", "svd", text, "-o", tmp_path / "a", *options).code == 0
    assert run("train", "svd", text, "-o", tmp_path / "b", "--config", tmp_path / "run.toml").code == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_flags_win_over_the_config_file(run, tmp_path):
    (tmp_path / "run.toml").write_text("[model]\ndim = 3\neig = 0.0\n")
    printed = run("train", "svd", "--config", tmp_path / "run.toml", "--dim", 7, "--print-config").out
    assert "dim = 7" in printed
    assert "eig = 0.0" in printed


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[model]\ndims = 3\n", "embedkit train svd has no option model.dims"),
        ("dim = 3\n", "dim stands outside a table; put it under [model]"),
        ("[text]\nmax_memory = 3\n", "max_memory is under [text]; put it under [options]"),
        ("[model]\ndim = 'many'\n", "model.dim = 'many' is not a whole number"),
        ("[model\n", "Expected ']'"),
    ],
)
def test_bad_config_file(run, tmp_path, toml, message):
    (tmp_path / "run.toml").write_text(toml)
    result = run("train", "svd", "--config", tmp_path / "run.toml", "--print-config")
    assert result.code == 2
    assert message in result.err


def test_missing_config_file(run):
    result = run("train", "svd", "--config", "/nowhere.toml", "--print-config")
    assert result.code == 1
    assert "/nowhere.toml" in result.err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--window", 0), 2, "Invalid value for '--window'"),
        (("--dim", 11), 1, "dim 11 needs more than 11 words; the vocabulary has 11"),
        (("--min-count", 1000), 1, "no word occurs 1000 times; the most frequent, 'the', occurs 100 times"),
        (("--to", "nonsense"), 2, "there is no format 'nonsense'"),
        (("--cds", 0), 2, "Invalid value for '--cds'"),
    ],
)
def test_wrong_options_leave_nothing_behind(run, text, tmp_path, options, code, message):
    before = sorted(tmp_path.iterdir())
    result = run("train", "svd", text, "-o", tmp_path / "v", "--no-cache", *options)
    assert result.code == code
    assert message in result.err
    assert sorted(tmp_path.iterdir()) == before


def test_failure_keeps_the_old_output(run, text, tmp_path):
    out = tmp_path / "v"
    out.write_bytes(b"old")
    assert run("train", "svd", text, "-o", out, "--dim", 500).code == 1
    assert out.read_bytes() == b"old"
    assert not list(tmp_path.glob(".v*"))


def test_log_is_json_lines(run, text, tmp_path):
    run("train", "svd", text, "-o", tmp_path / "v", "--dim", 3, "--log", tmp_path / "log")
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    assert [event["event"] for event in events] == ["corpus", "counts", "memory", "svd", "done"]
    assert events[0]["tokens"] == 480
    values = events[3]["singular_values"]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_waiting_for_stdin(tmp_path, sent, code):
    out = tmp_path / "v"
    out.write_bytes(b"old")
    command = ["-m", "embedkit", "train", "svd", "-", "-o", out]
    with _warm.Process(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        # The temporary file appears once the run has begun.
        end = time.monotonic() + 60
        while not list(tmp_path.glob(".v*")):
            time.sleep(0.02)
            assert time.monotonic() < end
        _warm.wait_until_asleep(running.pid)
        running.send_signal(sent)
        assert running.wait(20) == code
        assert b"Traceback" not in running.stderr.read()
    assert out.read_bytes() == b"old"
    assert not list(tmp_path.glob(".v*"))
