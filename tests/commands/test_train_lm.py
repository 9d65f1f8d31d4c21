"""`embedkit train ffn`, `rnn`, `lstm` and `gru`: what goes in and comes out, what is refused, what goes on."""

from __future__ import annotations

import json
import re
import signal

import _warm
import numpy as np
import pytest
from _gzip import gz
from _language_models import LANGUAGE_MODELS, RECURRENT
from _refused import refused

from embedkit.commands import COMMANDS
from embedkit.io import container
from embedkit.training.checkpoint import Checkpoint
from embedkit.vectors import formats

TEXT = "the cat sat on the mat .\nthe dog sat on the rug .\na cat and a dog met on the mat .\n" * 8
VALID = "the dog met a cat .\nthe bird sat on the rug .\n"
SMALL = (
    "--embed",
    4,
    "--hidden",
    4,
    "--epochs",
    2,
    "--batch-size",
    3,
    "--bptt",
    8,
    "--optimizer",
    "adam",
    "--lr",
    0.02,
)


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "valid.txt").write_text(VALID)
    return tmp_path / "text.txt"


def trained(run, text, out, *options, model="lstm"):
    result = run("train", model, text, "-o", out, *SMALL, "--threads", 1, *options)
    assert (result.code, result.out) == (0, ""), result.err
    return out.read_bytes()


# --- what comes out


@pytest.mark.parametrize("model", LANGUAGE_MODELS)
def test_a_model_and_how_it_was_made(run, text, tmp_path, model):
    out, valid = tmp_path / "lm.safetensors", tmp_path / "valid.txt"
    options = ("--seed", 3, "--threads", 2, "--log", tmp_path / "log", "--valid", valid)
    options += ("--log-gradients",) if model in RECURRENT else ()
    result = run("train", model, text, "-o", out, *SMALL, *options)
    assert (result.code, result.out) == (0, "")
    said = result.err.split("\n")
    assert said[0] == "216 tokens, 0 of them <unk>; 13 words"
    pattern = r"epoch \d: perplexity \d+\.\d\d, valid \d+\.\d\d, lr 0\.02, [\d,]+ tokens/s"
    assert [bool(re.fullmatch(pattern, line)) for line in said[1:]] == [True, True, False]
    facts = json.loads(run("info", out, "--json").out)
    assert (facts["kind"], facts["model"], facts["seed"], facts["words"]) == ("language-model", model, 3, 13)
    assert (facts["config"]["model"]["hidden"], facts["config"]["training"]["bptt"]) == (4, 8)
    assert len(facts["losses"]) == len(facts["perplexities"]) == len(facts["valid_perplexities"]) == 2
    assert facts["perplexities"] == pytest.approx(np.exp(facts["losses"]))
    assert facts["best_epoch"] == 1 + np.argmin(facts["valid_perplexities"])
    assert len(facts["corpus_sha256"]) == len(facts["valid_sha256"]) == 64
    assert list(facts["tensors"])[0] == "embedding"
    assert (facts["input"], facts["output"]) == ("embedding", "output")
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    kinds = [
        "corpus",
        "memory",
        "gradients",
        "training",
        "epoch",
        "gradients",
        "checkpoint",
        "epoch",
        "gradients",
        "checkpoint",
        "done",
    ]
    assert [event["event"] for event in events] == [kind for kind in kinds if model in RECURRENT or kind != "gradients"]
    for number, event in enumerate([event for event in events if event["event"] == "epoch"]):
        assert (event["epoch"], event["loss"]) == (number + 1, facts["losses"][number])
        assert event["valid_perplexity"] == facts["valid_perplexities"][number]
        assert event["perplexity"] == facts["perplexities"][number]
        assert event["lr"] == 0.02
        assert event["tokens_per_second"] > 0


def test_no_path_time_or_machine_in_the_result(run, text, tmp_path):
    valid = tmp_path / "valid.txt"
    first = trained(run, text, tmp_path / "a", "--valid", valid)
    (tmp_path / "elsewhere").mkdir()
    for name, content in (("t.gz", gz(TEXT.encode())), ("v", VALID.encode())):
        (tmp_path / "elsewhere" / name).write_bytes(content)
    options = ("--valid", tmp_path / "elsewhere/v", "--no-cache", "--log", tmp_path / "log", "--log-gradients")
    assert trained(run, tmp_path / "elsewhere/t.gz", tmp_path / "elsewhere/b", *options) == first
    assert str(tmp_path).encode() not in first
    assert trained(run, text, tmp_path / "c", "--valid", valid, "--seed", 2) != first


def test_printed_config_reproduces_the_run(run, text, tmp_path):
    options = [
        "--layers",
        2,
        "--tie",
        "--dropout",
        0.2,
        "--valid",
        tmp_path / "valid.txt",
        "--threads",
        1,
        "--peephole",
    ]
    printed = run("train", "lstm", "--print-config", *SMALL, *options)
    assert (printed.code, printed.err) == (0, "")
    (tmp_path / "run.toml").write_text(printed.out)
    expected = trained(run, text, tmp_path / "a", *options)
    assert run("train", "lstm", text, "-o", tmp_path / "b", "--config", tmp_path / "run.toml").code == 0
    assert (tmp_path / "b").read_bytes() == expected


@pytest.mark.parametrize("tie", [(), ("--tie",)])
def test_it_is_a_file_of_vectors_too(run, text, tmp_path, tie):
    trained(run, text, tmp_path / "lm", *tie)
    stored, vectors = container.read(tmp_path / "lm"), formats.load(tmp_path / "lm")
    np.testing.assert_array_equal(vectors.matrix, stored["embedding"])
    np.testing.assert_array_equal(vectors.contexts, stored["embedding" if tie else "output"])
    rows = run("similar", tmp_path / "lm", "cat", "-k", 3).rows
    assert [row[0] for row in rows] == ["cat"] * 3
    assert run("analogy", tmp_path / "lm", "cat", "dog", "mat", "-k", 1).code == 0
    (tmp_path / "pairs.tsv").write_text("cat\tdog\t9\nmat\trug\t7\ncat\trug\t2\n")
    assert run("evaluate", tmp_path / "lm", "--pairs", tmp_path / "pairs.tsv").code == 0
    assert run("convert", tmp_path / "lm", tmp_path / "v.bin").code == 0
    np.testing.assert_array_equal(formats.load(tmp_path / "v.bin").matrix, vectors.matrix)
    assert all(result == "ok" for _, result in run("verify", tmp_path / "lm").rows)


def test_characters(run, text, tmp_path):
    trained(run, text, tmp_path / "lm", "--tokenizer", "chars")
    assert {"▁", "c", "<eos>"} < set(formats.load(tmp_path / "lm").vocab)


def test_vectors_to_start_from(run, text, tmp_path):
    given = run("train", "svd", text, "-o", tmp_path / "v.bin", "--min-count", 1, "--dim", 4)
    assert given.code == 0, given.err
    result = run("train", "gru", text, "-o", tmp_path / "lm", *SMALL, "--init", tmp_path / "v.bin", "--freeze")
    assert result.code == 0
    assert "11 of 13 words start from" in result.err
    before, after = formats.load(tmp_path / "v.bin"), formats.load(tmp_path / "lm")
    for word in before.vocab:
        np.testing.assert_array_equal(after.matrix[after.vocab.id(word)], before.matrix[before.vocab.id(word)])
    assert len(json.loads(run("info", tmp_path / "lm", "--json").out)["init_sha256"]) == 64


# --- what is refused


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_validation_file(run, text, tmp_path, content):
    (tmp_path / "empty").write_text(content)
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--valid", tmp_path / "empty")
    refused(result, str(tmp_path / "empty"), "no words in it")
    assert not (tmp_path / "lm").exists()


def test_validation_by_another_language(run, text, tmp_path):
    (tmp_path / "valid.txt").write_text("고양이 개\n")
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--valid", tmp_path / "valid.txt")
    refused(result, str(tmp_path / "valid.txt"), "none of its words")


def test_files_that_are_no_text(run, text, tmp_path):
    trained(run, text, tmp_path / "lm")
    refused(run("train", "lstm", tmp_path / "lm", "-o", tmp_path / "b", *SMALL), "not text")
    refused(run("train", "lstm", text, "-o", tmp_path / "b", *SMALL, "--valid", tmp_path / "lm"), "not text")
    refused(run("train", "lstm", text, "-o", tmp_path / "b", *SMALL, "--valid", tmp_path / "no"), str(tmp_path / "no"))
    refused(run("train", "lstm", text, "-o", tmp_path / "b", *SMALL, "--init", tmp_path / "no"), str(tmp_path / "no"))


@pytest.mark.parametrize("name", ["lm.bin", "lm.txt", "lm.pt"])
def test_other_formats_hold_no_language_model(run, text, tmp_path, name):
    refused(run("train", "rnn", text, "-o", tmp_path / name, *SMALL), name, "native format alone")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tie", "--embed", 5), "--tie"),
        (("--freeze",), "--freeze"),
        (("--patience", 2), "--patience"),
        (("--optimizer", "nt-asgd"), "--optimizer nt-asgd"),
        (("--log-gradients",), "needs --log FILE"),
    ],
)
def test_options_that_do_not_go_together(run, text, tmp_path, options, said):
    refused(run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, *options), said, code=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.txt", "valid.txt"]


def test_a_rate_that_diverges(run, text, tmp_path):
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--optimizer", "sgd", "--lr", 1e7)
    refused(result, "diverged in epoch 1 at lr 1e+07")
    assert "Hint: train with a lower --lr" in result.err
    assert not (tmp_path / "lm").exists()


def test_two_texts_on_stdin(run, tmp_path):
    refused(
        run("train", "lstm", "-", "-o", tmp_path / "lm", "--valid", "-", stdin=TEXT),
        "only one of the files can be -",
        code=2,
    )


# --- going on


@pytest.fixture
def stopped(text, tmp_path, monkeypatch, run):
    """The checkpoint of a run that stopped after its first epoch."""
    plain = Checkpoint.save

    def save(self, *args):
        plain(self, *args)
        raise KeyboardInterrupt

    def call(*options, model="lstm"):
        with monkeypatch.context() as patch:
            patch.setattr(Checkpoint, "save", save)
            assert run("train", model, text, "-o", tmp_path / "lm", *SMALL, "--threads", 1, *options).code == 130
        assert (tmp_path / "lm.ckpt").exists()

    return call


def test_goes_on_to_the_same_bytes(run, text, tmp_path, stopped):
    options = ("--valid", tmp_path / "valid.txt", "--dropout", 0.3, "--layers", 2)
    expected = trained(run, text, tmp_path / "whole", *options)
    options += ("--log", tmp_path / "log")
    stopped(*options)
    before = (tmp_path / "log").read_bytes()
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--threads", 1, *options, "--resume")
    assert result.code == 0
    assert f"{tmp_path / 'lm.ckpt'}: resumed in epoch 2\n" in result.err
    assert (tmp_path / "log").read_bytes().startswith(before + b'{"event": "corpus"')
    assert (tmp_path / "lm").read_bytes() == expected
    assert not (tmp_path / "lm.ckpt").exists()


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        ("gru", (), "model.name was lstm, now it is gru"),
        ("lstm", ("--layers", 2), "model.layers was 1, now it is 2"),
        ("lstm", ("--hidden", 5), "model.hidden was 4, now it is 5"),
        ("lstm", ("--valid", "{valid}"), "valid was None, now it is"),
        ("lstm", ("--min-count", 9), "text.min_count was 1, now it is 9"),
        ("skipgram", ("--min-count", 1, "--sample", 0), "model.name was lstm, now it is skipgram"),
    ],
)
def test_checkpoint_of_another_run(run, text, tmp_path, stopped, model, options, said):
    stopped()
    before = (tmp_path / "lm.ckpt").read_bytes()
    options = [str(option).format(valid=tmp_path / "valid.txt") for option in options]
    small = () if model == "skipgram" else SMALL
    refused(run("train", model, text, "-o", tmp_path / "lm", *small, *options, "--resume"), "lm.ckpt", said)
    assert (tmp_path / "lm.ckpt").read_bytes() == before


def test_checkpoint_over_the_validation_text(run, text, tmp_path):
    valid = tmp_path / "valid.txt"
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--valid", valid, "--checkpoint", valid)
    refused(result, "cannot be the checkpoint")
    assert valid.read_text() == VALID


def test_a_signal_keeps_the_state(text, tmp_path, run):
    """A process of its own, which is told to stop in the middle of an epoch."""
    program = (
        "import os, signal, sys\n"
        "from embedkit import cli\n"
        "from embedkit.neural.language.fit import Fit\n"
        "step, calls = Fit._step, []\n"
        "def patched(*job):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 4: os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return step(*job)\n"
        "Fit._step = patched\n"
        "cli.main()\n"
    )
    done = _warm.run(["-c", program, "train", "lstm", text, "-o", "lm", *SMALL, "--threads", 1], cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stderr.decode().endswith("stopped; --resume goes on from lm.ckpt\n")
    stored = container.read(tmp_path / "lm.ckpt")
    assert json.loads(stored.metadata["state"])["history"]["step"] == 4
    expected = trained(run, text, tmp_path / "whole")
    result = run("train", "lstm", text, "-o", tmp_path / "lm", *SMALL, "--threads", 1, "--resume")
    assert (result.code, (tmp_path / "lm").read_bytes()) == (0, expected)


def test_a_full_disk_loses_nothing(run, text, tmp_path):
    options = ("--checkpoint", tmp_path / "state")
    result = run("train", "lstm", text, "-o", "/dev/full", *SMALL, "--threads", 1, *options)
    refused(result, "/dev/full", "No space left on device", f"what was trained is in {tmp_path / 'state'}")
    expected = trained(run, text, tmp_path / "whole")
    assert trained(run, text, tmp_path / "lm", *options, "--resume") == expected


@pytest.mark.skipif("perplexity" not in COMMANDS, reason="needs the command perplexity")
def test_validation_agrees_with_the_command(run, text, tmp_path):
    trained(run, text, tmp_path / "lm", "--valid", tmp_path / "valid.txt")
    facts = json.loads(run("info", tmp_path / "lm", "--json").out)
    (row,) = run("perplexity", tmp_path / "lm", tmp_path / "valid.txt", "--json").out.split("\n")[:-1]
    assert json.loads(row)["perplexity"] == pytest.approx(min(facts["valid_perplexities"]), rel=1e-5)
