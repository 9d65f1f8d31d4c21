"""Language models learn what there is to learn, go on where they were cut off, and keep their best epoch."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
from _compiler import needs_compiler
from _language_models import LANGUAGE_MODELS, architecture, own

from embedkit.config import Config
from embedkit.errors import EmbedkitError, FormatError, OptionError
from embedkit.io import container
from embedkit.io.output import Output
from embedkit.neural.language import fit as fitting
from embedkit.neural.language import steps, store
from embedkit.neural.language.batches import Batches
from embedkit.neural.language.options import LmModel, Regularization, Updates
from embedkit.neural.options import learning_rate
from embedkit.runtime.progress import Progress
from embedkit.runtime.resources import Resources
from embedkit.text import stream
from embedkit.training.checkpoint import Checkpoint
from embedkit.training.contract import Run
from embedkit.training.initializers import INITIALIZERS
from embedkit.training.lr_schedules import SCHEDULES
from embedkit.training.optim import OPTIMIZERS
from embedkit.vectors import formats
from embedkit.vectors.vectors import Vectors

LINES = ["the cat sat on the mat .", "a dog lay in his house .", "we saw one bird up there ."]
TEXT = "\n".join(LINES[i % 3] for i in range(24)) + "\n"
SMALL = {
    "embed": 6,
    "hidden": 6,
    "epochs": 2,
    "batch_size": 3,
    "bptt": 10,
    "optimizer": "adam",
    "lr": 0.02,
    "threads": 1,
}


def configure(kind, **options) -> Config:
    """The configuration of a small model; an option goes to the section that has it."""
    options, sections = SMALL | options, {}
    for name, section in architecture(kind).sections.items():
        names = {f.name for f in dataclasses.fields(section)} & set(options)
        sections[name] = section(**{name: options.pop(name) for name in names})
    assert not options
    return Config(**sections)


@pytest.fixture
def text(tmp_path):
    """`text(content)`: a `Stream` of it, or with `vocab` one in those words."""

    def call(content=TEXT, vocab=None):
        path = tmp_path / "some text"
        path.write_text(content)
        options = configure("rnn").text
        read = [str(path)]
        if vocab is not None:
            return stream.read_with(read, vocab, options, Resources(cache=False, threads=1))
        return stream.read(read, options, Resources(cache=False, threads=1))

    return call


def train(kind, text, run=None, valid=None, **options):
    stream = dataclasses.replace(text, valid=valid)
    return fitting.train(architecture(kind), stream, configure(kind, **options), run or Run())


def load(trained, kind, path, **options):
    trained.metadata |= {"model": kind, "config": configure(kind, **options).stored()}
    with Output(path) as out:
        store.save(out, trained)
    return architecture(kind).load(container.read(path))


def test_choices_are_those_there_are():
    """Options name them again, because help must not load numpy."""
    choices = {f.name: f.metadata["choices"] for s in (LmModel, Updates, Regularization) for f in dataclasses.fields(s)}
    assert choices["optimizer"] == tuple(OPTIMIZERS)
    assert choices["schedule"] == SCHEDULES
    assert choices["initializer"] == tuple(INITIALIZERS)


@pytest.mark.parametrize(("kind", "lr"), [("ffn", 5), ("rnn", 5), ("lstm", 20), ("gru", 20)])
def test_the_default_rate_is_the_optimizers(text, kind, lr):
    training = architecture(kind).sections["training"]
    (told,) = [f.metadata["help"] for f in dataclasses.fields(training) if f.name == "lr"]
    assert f" {lr} for sgd" in told
    for name, rate in (("sgd", lr), ("adamax", 0.002)):
        fit = fitting.Fit(architecture(kind), text(), configure(kind, lr=None, optimizer=name), Run())
        assert fit.base_lr == rate


def test_rates_are_told_by_the_optimizers_that_share_them():
    option = learning_rate({"sgd": 20.0, "adam": 0.001, "adadelta": 1.0, "momentum": 1.0, "nesterov": 1.0})
    told = "20 for sgd, 1 for adadelta, momentum and nesterov, 0.001 for adam"
    assert option.metadata["help"] == f"learning rate  [default: {told}]"


# --- learning


@needs_compiler
@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_a_toy_is_memorised(text, kind):
    """Every word but the first of a line follows from those before; of three lines in turn, that one does as well."""
    options = {"hidden": 24, "embed": 12, "epochs": 40, "batch_size": 1, "bptt": 24, "lr": 0.01, "clip": 1.0}
    perplexities = train(kind, text(), **options).metadata["perplexities"]
    assert perplexities[0] > 5
    assert perplexities[-1] < 1.05


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_nothing_but_frequencies_is_learnt_from_chance(text, kind):
    """The optimum is the entropy of the words: it is reached, and not passed in evaluation."""
    made, words = np.random.default_rng(3), np.array(["a", "b", "c"])
    draw = lambda: "\n".join(" ".join(made.choice(words, 19, p=[0.7, 0.2, 0.1])) for _ in range(30)) + "\n"  # noqa: E731
    learnt = text(draw())
    valid = text(draw(), learnt.vocab)
    trained = train(kind, learnt, valid=valid, epochs=6, bptt=20, batch_size=5, lr=0.02)
    counts = np.bincount(valid.ids, minlength=5)
    share = counts[counts > 0] / counts.sum()
    entropy = math.exp(-(share * np.log(share)).sum())
    assert 0.75 * entropy < trained.metadata["valid_perplexities"][-1] < 1.1 * entropy


EVERYTHING = {
    "tie": True,
    "dropout": 0.2,
    "input_dropout": 0.1,
    "output_dropout": 0.3,
    "dropout_kind": "variational",
    "embed_dropout": 0.1,
    "initializer": "uniform",
    "l1": 1e-5,
    "l2": 1e-5,
    "ar": 1.0,
    "tar": 1.0,
    "smoothing": 0.05,
    "warmup": 3,
    "schedule": "cosine",
}
DEEP = {"layers": 2, "weight_drop": 0.2, "residual": True, "layer_norm": True}


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_with_every_option(text, kind, tmp_path):
    learnt, options = text(), EVERYTHING | own(kind, **DEEP) | {"epochs": 10, "hidden": 12, "embed": 12}
    trained = train(kind, learnt, valid=text(TEXT, learnt.vocab), **options)
    found = trained.metadata["valid_perplexities"]
    assert min(found) < 0.85 * found[0]
    assert "output" not in trained.tensors
    assert trained.metadata["best_epoch"] == 1 + found.index(min(found))
    # What is written gives, without noise, what validation saw.
    model = load(trained, kind, tmp_path / "lm", **options)
    assert mean(model, learnt) == pytest.approx(math.log(min(found)), rel=1e-4)


def mean(model, text) -> float:
    """The mean loss of a text read from its beginning to its end, word by word."""
    inputs = np.concatenate([[model.eos], text.ids[:-1]])
    state, total = model.start(1), 0.0
    for read, wanted in zip(inputs, text.ids):
        scores, state = model.step(np.array([read]), state)
        total -= float(scores[0, wanted])
    return total / len(text.ids)


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_scores_are_those_of_steps_and_of_any_batch(text, kind, tmp_path):
    learnt = text()
    model = load(train(kind, learnt), kind, tmp_path / "lm")
    one, ids = mean(model, learnt), learnt.ids
    inputs = np.concatenate([[model.eos], ids[:-1]])
    for B in (1, 3):
        read, wanted = (np.tile(row[:, None], B) for row in (inputs, ids))
        first, state = model.score(read[:50], wanted[:50], model.start(B))
        second, _ = model.score(read[50:], wanted[50:], state)
        scores = np.concatenate([first, second])
        assert scores.shape == (len(ids), B)
        np.testing.assert_allclose(-scores.mean(axis=0), one, rtol=1e-5)


def test_an_unlearnt_model_guesses(text, tmp_path):
    learnt = text()
    trained = train("lstm", learnt, optimizer="sgd", lr=1e-9, epochs=1)
    assert trained.metadata["perplexities"][0] == pytest.approx(len(learnt.vocab), rel=0.05)
    for tensor in trained.tensors.values():
        tensor[...] = 0
    assert math.exp(mean(load(trained, "lstm", tmp_path / "lm"), learnt)) == pytest.approx(len(learnt.vocab), rel=1e-5)


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_windows_go_on_where_the_last_one_ended(text, kind):
    """With next to no learning, it does not matter how the text is cut."""
    still = own(kind, layers=2) | {"optimizer": "sgd", "lr": 1e-30, "epochs": 2}
    short, long = (train(kind, text(), bptt=bptt, **still).metadata["losses"] for bptt in (3, 1000))
    np.testing.assert_allclose(short, long, rtol=1e-6)
    assert short[0] == pytest.approx(short[1], rel=1e-6)


def test_characters(tmp_path):
    (tmp_path / "t").write_text("abab abab\n" * 30)
    made = stream.read(
        [str(tmp_path / "t")], configure("gru", tokenizer="chars").text, Resources(cache=False, threads=1)
    )
    assert set(made.vocab) == {"a", "b", "▁", "<eos>", "<unk>"}
    trained = train("gru", made, tokenizer="chars", epochs=6, batch_size=2, hidden=12)
    assert trained.metadata["perplexities"][-1] < 1.8


# --- the best epoch, early stopping, the learning rate


def judged(monkeypatch, losses):
    """Validation that finds these losses, one after another."""
    found = iter(losses)
    monkeypatch.setattr(steps, "mean_loss", lambda *_: next(found))


@pytest.mark.parametrize(("losses", "best"), [((2.0, 1.0, 1.5), 2), ((1.0, 1.0, 1.0), 1), ((2.0, 1.5, 1.2), 3)])
def test_the_best_epoch_is_kept(text, monkeypatch, losses, best):
    learnt, options = text(), {"schedule": "constant"}
    expected = train("lstm", learnt, epochs=best, **options).tensors
    judged(monkeypatch, losses)
    trained = train("lstm", learnt, valid=learnt, epochs=3, **options)
    assert trained.metadata["best_epoch"] == best
    assert trained.metadata["valid_perplexities"] == [math.exp(loss) for loss in losses]
    for name, tensor in trained.tensors.items():
        np.testing.assert_array_equal(tensor, expected[name], err_msg=name)


def test_the_means_of_averaging_are_what_is_judged_and_kept(text):
    learnt = text()
    fit = fitting.Fit(
        architecture("lstm"),
        dataclasses.replace(learnt, valid=learnt),
        configure("lstm", optimizer="nt-asgd", lr=1.0),
        Run(),
    )
    before = [param.value.copy() for param in fit.params]
    fit.optimizer.averaged_from = 0
    fit.optimizer.means = {param.name: np.zeros_like(param.value) for param in fit.params}
    assert math.exp(fit.validate()["loss"]) == pytest.approx(len(learnt.vocab), rel=1e-5)
    assert not any(tensor.any() for tensor in fit.snapshot().values())
    assert all(np.array_equal(param.value, value) for param, value in zip(fit.params, before))


def test_patience(text, monkeypatch):
    learnt = text()
    judged(monkeypatch, [3.0, 2.0, 2.5, 2.0, 1.0, 1.0])
    trained = train("rnn", learnt, valid=learnt, epochs=9, patience=2)
    assert len(trained.metadata["losses"]) == 4
    assert trained.metadata["best_epoch"] == 2


@pytest.mark.parametrize(("schedule", "expected"), [("plateau", [8, 8, 2, 0.5]), ("constant", [8, 8, 8, 8])])
def test_the_rate_falls_when_validation_does_not_improve(text, monkeypatch, tmp_path, schedule, expected):
    learnt = text()
    judged(monkeypatch, [2.0, 2.1, 2.0, 1.9])
    with Progress(quiet=True, log=str(tmp_path / "log")) as progress:
        options = {"optimizer": "sgd", "lr": 8.0, "schedule": schedule, "epochs": 4}
        train("rnn", learnt, Run(progress), learnt, **options)
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    assert [event["lr"] for event in events if event["event"] == "epoch"] == expected


def test_validation_is_of_the_whole_text(text):
    """In one stream for a short text: what the model says is what it says word by word."""
    learnt = text()
    network = fitting.Fit(architecture("lstm"), learnt, configure("lstm"), Run())
    loss = steps.mean_loss(network.network, Batches(learnt.ids, learnt.eos, 1, 10), network.workspace)
    other = steps.mean_loss(network.network, Batches(learnt.ids, learnt.eos, 1, 1000), network.workspace)
    assert loss == pytest.approx(other, rel=1e-6)
    assert network.network.params[0].gradient is None


# --- going on


class PowerCut(BaseException):
    pass


KEEP = {
    "lstm": {"layers": 2, "dropout": 0.3, "tie": True, "peephole": True},
    "gru": {"optimizer": "nt-asgd", "lr": 1.0, "weight_drop": 0.2, "residual": True, "layer_norm": True},
    "ffn": {"order": 2, "tie": True, "dropout": 0.3, "dropout_kind": "variational"},
}


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_goes_on_from_every_checkpoint(text, tmp_path, monkeypatch, kind):
    """Bit by bit, in the middle of an epoch and at its end, with what was the best so far."""
    options, learnt = KEEP.get(kind, {}) | {"epochs": 3}, text()
    valid, path, plain = text(TEXT[:200], learnt.vocab), str(tmp_path / "state"), Checkpoint.save
    expected = train(kind, learnt, valid=valid, **options)
    turns = itertools.cycle([False, True])
    monkeypatch.setattr(Checkpoint, "due", lambda self: next(turns))
    saves = []
    monkeypatch.setattr(Checkpoint, "save", lambda self, *args: (plain(self, *args), saves.append(args[1])))
    train(kind, learnt, Run(checkpoint=Checkpoint(path)), valid, **options)
    assert {save["history"]["step"] > 0 for save in saves} == {True, False}
    for limit in range(1, len(saves) + 1):
        counted = itertools.count(1)

        def save(self, *args, counted=counted, limit=limit):
            plain(self, *args)
            if next(counted) == limit:
                raise PowerCut

        monkeypatch.setattr(Checkpoint, "save", save)
        with pytest.raises(PowerCut):
            train(kind, learnt, Run(checkpoint=Checkpoint(path, restart=True)), valid, **options)
        monkeypatch.setattr(Checkpoint, "save", plain)
        again = train(kind, learnt, Run(checkpoint=Checkpoint(path, resume=True)), valid, **options)
        assert again.metadata == expected.metadata
        for name, tensor in expected.tensors.items():
            np.testing.assert_array_equal(again.tensors[name], tensor, err_msg=name)


@pytest.mark.parametrize("numbers", [{}, {"history": {"epoch": 1}}, {"history": {"lr": 9.0}}])
def test_a_state_of_something_else_is_refused(text, tmp_path, numbers):
    """No number of a checkpoint becomes an attribute that training has not asked for."""
    path = str(tmp_path / "state")
    Checkpoint(path).save({}, numbers, False)
    with pytest.raises(FormatError, match="damaged: its state is not that of such a training"):
        train("rnn", text(), Run(checkpoint=Checkpoint(path, resume=True)))


# --- vectors to start from


def test_starts_from_vectors(text, tmp_path):
    learnt = text()
    rows = np.random.default_rng(0).normal(size=(2, 6)).astype(np.float32)
    formats.save(tmp_path / "v", Vectors(stream.Vocab.from_words(["cat", "zebra"]), rows))
    init = {"init": str(tmp_path / "v")}
    cat, dog = learnt.vocab.id("cat"), learnt.vocab.id("dog")
    frozen, free, plain = (train("gru", learnt, **options).tensors for options in (init | {"freeze": True}, init, {}))
    np.testing.assert_array_equal(frozen["embedding"][cat], rows[0])
    assert 0 < np.abs(free["embedding"][cat] - rows[0]).max() < 1
    assert np.abs(plain["embedding"][cat] - rows[0]).max() > 0.1
    assert np.abs(frozen["embedding"][dog]).max() <= 0.1
    assert not np.array_equal(frozen["output"], free["output"])


def test_a_frozen_matrix_that_is_tied_stays(text, tmp_path):
    learnt = text()
    formats.save(tmp_path / "v", Vectors(learnt.vocab, np.full((len(learnt.vocab), 6), 0.5, np.float32)))
    trained = train("gru", learnt, init=str(tmp_path / "v"), freeze=True, tie=True)
    assert (trained.tensors["embedding"] == 0.5).all()


def test_vectors_that_do_not_fit(text, tmp_path):
    learnt = text()
    for word, width, message in (("cat", 5, "have 5 dimensions, not 6"), ("zebra", 6, "none of the words")):
        formats.save(tmp_path / "v", Vectors(stream.Vocab.from_words([word]), np.ones((1, width), np.float32)))
        with pytest.raises(EmbedkitError, match=message):
            train("gru", learnt, init=str(tmp_path / "v"))


# --- gradients in the log


def test_gradients_vanish_and_explode(text, tmp_path):
    """What a layer hands back in time shrinks or grows with its recurrent weights."""
    learnt, ratios = text(), []
    for gain in (0.5, 2.0):
        fit = fitting.Fit(architecture("rnn"), learnt, configure("rnn", activation="relu", layers=2), Run())
        for param in fit.params:
            if param.name.endswith("Wh"):
                param.value[...] = gain * np.eye(6, dtype=np.float32)
            if param.name.endswith(".Wx"):
                np.abs(param.value, out=param.value)  # so that no unit is off
            if param.name.endswith(".b"):
                param.value[...] = 1
        first, second = steps.hidden_grad_norms(fit.network, fit.params, fit.batches.chunk(0), fit.workspace)
        assert len(first) == len(second) == 10
        np.testing.assert_allclose(np.divide(second[1:], second[:-1]), gain, rtol=1e-4)
        ratios.append(first[-1] / first[0])
        assert all(param.gradient is None for param in fit.params)
    assert ratios[0] < 0.1 < 10 < ratios[1]


def test_gradients_are_logged_and_change_nothing(text, tmp_path):
    learnt = text()
    with Progress(quiet=True, log=str(tmp_path / "log")) as progress:
        logged = train("lstm", learnt, Run(progress), layers=2, log_gradients=True)
    events = [json.loads(line) for line in (tmp_path / "log").read_text().split("\n")[:-1]]
    found = [event for event in events if event["event"] == "gradients"]
    assert [event["epoch"] for event in found] == [0, 1, 2]
    assert all(np.shape(event["layers"]) == (2, 10) for event in found)
    plain = train("lstm", learnt, layers=2)
    assert all(np.array_equal(tensor, logged.tensors[name]) for name, tensor in plain.tensors.items())


# --- what is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tie": True, "embed": 5}, "--hidden 6 must be --embed 5"),
        ({"freeze": True}, "--freeze keeps what --init FILE gives"),
        ({"patience": 1}, "--patience counts epochs"),
        ({"optimizer": "nt-asgd"}, "--optimizer nt-asgd averages"),
        ({"residual": True, "embed": 5}, "--residual needs"),
        ({"dropout": 1.0}, "--dropout 1.0: must be less than 1"),
        ({"output_dropout": 1.5}, "--output-dropout 1.5: must be less than 1"),
        ({"weight_drop": 2.0}, "--weight-drop 2.0: must be less than 1"),
        ({"smoothing": 1.0}, "--smoothing 1.0: must be less than 1"),
    ],
)
def test_options_that_do_not_go_together(options, message):
    with pytest.raises(OptionError, match=message):
        architecture("lstm").check(configure("lstm", **options))


@pytest.mark.parametrize("lr", [1e6, 1e38])
def test_divergence_is_told_by_epoch_and_rate(text, tmp_path, lr):
    path = tmp_path / "state"
    with pytest.raises(EmbedkitError, match=rf"diverged in epoch 1 at lr {lr:.4g}: the ".replace("+", r"\+")):
        train("lstm", text(), Run(checkpoint=Checkpoint(str(path))), optimizer="sgd", lr=lr)
    assert not path.exists()
