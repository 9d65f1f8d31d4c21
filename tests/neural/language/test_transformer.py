"""Causal Transformers: what options build, windows of a text, scores with and without a cache, training."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from _compiler import needs_compiler

from embedkit.catalog import MODELS
from embedkit.config import Config
from embedkit.errors import EmbedkitError, OptionError
from embedkit.lm.beam_search import beam_search, most_probable
from embedkit.lm.generate import read
from embedkit.lm.score import Scorer, score_lines
from embedkit.neural.language import fit as fitting
from embedkit.neural.language.windowed_model import WindowedLanguageModel
from embedkit.neural.language.windows import Windows
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
from embedkit.runtime.resources import Resources
from embedkit.text import stream
from embedkit.training.checkpoint import Checkpoint
from embedkit.training.contract import Run
from embedkit.training.param import Param

MODEL = MODELS["transformer"].load()
LINES = ["the cat sat on the mat .", "a dog lay in his house .", "we saw one bird up there ."]
TEXT = "\n".join(LINES[i % 3] for i in range(24)) + "\n"
SMALL = {"layers": 2, "dim": 8, "heads": 2, "context": 12, "epochs": 2, "batch_size": 3, "lr": 0.01, "threads": 1}
KINDS = {
    "GPT-2": {},
    "LLaMA": {"positions": "rotary", "norm": "rms", "activation": "swiglu", "bias": False, "tie": False},
    "Vaswani": {"positions": "sinusoidal", "pre": False, "activation": "relu"},
}
of_every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def configure(**options) -> Config:
    options, sections = SMALL | options, {}
    for name, section in MODEL.sections.items():
        names = {f.name for f in dataclasses.fields(section)} & set(options)
        sections[name] = section(**{name: options.pop(name) for name in names})
    assert not options
    return Config(**sections)


@pytest.fixture
def text(tmp_path):
    def call(content=TEXT, vocab=None):
        path, options, resources = tmp_path / "text", configure().text, Resources(cache=False, threads=1)
        path.write_text(content)
        if vocab is not None:
            return stream.read_with([str(path)], vocab, options, resources)
        return stream.read([str(path)], options, resources)

    return call


def train(text, run=None, valid=None, **options):
    return fitting.train(MODEL, dataclasses.replace(text, valid=valid), configure(**options), run or Run())


def untrained(V=9, std=0.4, **options) -> WindowedLanguageModel:
    """A model with parameters large enough to tell words apart."""
    rng, config = np.random.default_rng(1), configure(**options)

    def make(name, shape, initializer):
        return Param(name, initializer(rng, shape) + rng.normal(0, std, shape).astype(np.float32))

    vocab = stream.Vocab.from_words(["<eos>", "<unk>", *(f"w{i}" for i in range(V - 2))])
    return MODEL.wrap(MODEL.build(config.model, V, make), config.model, vocab, 0, 1, {})


# --- options


def test_parameters_by_name():
    rng, config = np.random.default_rng(1), configure(dim=120, layers=8, heads=6).model
    made = {}

    def make(name, shape, initializer):
        made[name] = initializer(rng, shape)
        return Param(name, made[name])

    MODEL.build(config, 50, make)
    block = {"norm1.gain", "norm1.bias", "qkv.W", "qkv.b", "out.W", "out.b", "norm2.gain", "norm2.bias"}
    block |= {"ff1.W", "ff1.b", "ff2.W", "ff2.b"}
    names = {f"layer{n}.{name}" for n in range(1, 9) for name in block}
    assert set(made) == names | {"embedding", "positions", "norm.gain", "norm.bias"}
    assert (made["layer3.qkv.W"].shape, made["layer3.ff1.W"].shape) == ((120, 360), (120, 480))
    for name, std in (("embedding", 0.02), ("layer2.ff1.W", 0.02), ("layer2.ff2.W", 0.005), ("layer8.out.W", 0.005)):
        assert made[name].std() == pytest.approx(std, rel=0.05)
    made.clear()
    swiglu = configure(dim=120, layers=1, **KINDS["LLaMA"]).model
    MODEL.build(swiglu, 50, make)
    assert {name: made[name].shape for name in made} == {
        "embedding": (50, 120),
        "output": (50, 120),
        "layer1.norm1.gain": (120,),
        "layer1.norm2.gain": (120,),
        "layer1.qkv.W": (120, 360),
        "layer1.out.W": (120, 120),
        "layer1.ff1.W": (120, 640),
        "layer1.ff2.W": (320, 120),
        "norm.gain": (120,),
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dim": 10, "heads": 4}, "--heads 4 does not divide --dim 10"),
        ({"dim": 6, "heads": 2, "positions": "rotary"}, "a head of 3 numbers has an odd one"),
        ({"attention_dropout": 1.0}, "--attention-dropout 1.0: must be less than 1"),
        ({"beta2": 1.0}, "--beta2 1.0: must be less than 1"),
        ({"freeze": True}, "--freeze keeps"),
        ({"patience": 2}, "--patience counts"),
    ],
)
def test_options_that_do_not_go_together(options, message):
    with pytest.raises(OptionError, match=message):
        MODEL.check(configure(**options))


def test_a_context_longer_than_the_text(text):
    with pytest.raises(EmbedkitError, match="--context 1000: the text has 192 tokens"):
        train(text(), context=1000)


# --- windows


@pytest.mark.parametrize("N", [12, 13, 25, 60])
def test_every_token_is_a_target_once(N):
    ids = np.arange(1, N + 1)
    windows, cuts = Windows(ids, 0, 2, 6), set()
    for epoch in range(4):
        if epoch:
            windows.draw(np.random.default_rng(epoch))
        found = []
        for number in range(len(windows)):
            inputs, targets, count = windows.chunk(number)
            assert inputs.shape == targets.shape
            assert len(inputs) == 6
            known = targets >= 0
            assert count == known.sum()
            np.testing.assert_array_equal(inputs[known], targets[known] - 1)  # <eos> is 0
            found += targets[known].tolist()
            cuts.add(tuple(targets[:, 0]))
        assert sorted(found) == ids.tolist()
    assert len(cuts) > 2


def test_windows_anywhere():
    windows = Windows(np.arange(1, 31), 0, 200, 8)
    inputs, targets, count = windows.anywhere(np.random.default_rng(1))
    assert count == targets.size == 1600
    np.testing.assert_array_equal(inputs, targets - 1)
    assert (np.diff(targets, axis=0) == 1).all()
    assert set(inputs[0]) == set(range(23))


# --- scores


def naive(model, ids):
    """Natural log probabilities of `ids`: a word at a time, from the window that it is in, read from its beginning."""
    read, begin, found = np.concatenate([[model.eos], ids]), 0, []
    for at in range(len(ids)):
        if at - begin == model.context:
            begin += model.stride
        H = model.network.body.forward(read[begin : at + 1, None], None, ForwardContext(Workspace()))[0]
        found.append(model.network.loss.log_probabilities(H[-1, 0])[ids[at]])
    return np.array(found)


@of_every_kind
@pytest.mark.parametrize("stride", [1, 5, 12])
def test_scores_are_those_of_steps_and_of_any_cut(kind, stride):
    model, rng = untrained(**kind), np.random.default_rng(3)
    model.stride, ids = stride, rng.integers(0, 9, 40)
    expected = naive(model, ids)
    inputs = np.concatenate([[model.eos], ids[:-1]])
    for cuts in ((), (1, 12, 13, 30), (25,)):
        state, found = model.start(2), []
        for part in np.split(np.arange(40), cuts):
            read, wanted = (np.stack([row, row], axis=1) for row in (inputs[part], ids[part]))
            scores, state = model.score(read, wanted, state)
            found.append(scores)
        np.testing.assert_allclose(np.concatenate(found), np.stack([expected] * 2, axis=1), rtol=1e-5, atol=1e-6)
    state, found = model.score(inputs[:20, None], ids[:20, None], model.start(1))[1], []
    for word, wanted in zip(inputs[20:], ids[20:]):
        row, state = model.step(np.array([word]), state)
        found.append(row[0, wanted])
    np.testing.assert_allclose(found, expected[20:], rtol=1e-5, atol=1e-6)


def test_many_windows_at_a_time(monkeypatch):
    model, ids = untrained(), np.random.default_rng(3).integers(0, 9, 100)
    expected = naive(model, ids)
    for rows in (1, 40, 10_000):
        monkeypatch.setattr("embedkit.neural.language.windowed_model.ROWS", rows)
        np.testing.assert_allclose(Scorer(model)(ids)[:-1], expected, rtol=1e-5, atol=1e-6)


def test_lines_together_are_lines_alone():
    model, rng = untrained(), np.random.default_rng(3)
    lines = [rng.integers(2, 9, n) for n in (3, 0, 30, 14)]
    for line, found in zip(lines, score_lines(model, lines)):
        np.testing.assert_allclose(found, Scorer(model)(line), rtol=1e-5)


def test_a_state_stays_as_it_was():
    model = untrained()
    _, state = read(model, [3, 4])
    first, _ = model.step(np.array([5]), state)
    model.step(np.array([6]), state)
    np.testing.assert_array_equal(model.step(np.array([5]), state)[0], first)


@of_every_kind
def test_a_beam_is_read_together(kind):
    """As well as one by one; over the end of a window, after which each has a cache of its own again."""
    model = untrained(**kind)
    found = [list(beam_search(lm, 3, 20, [4, 5], banned=[0])) for lm in (model, OneByOne(model))]
    assert [id for id, _ in found[0]] == [id for id, _ in found[1]]
    np.testing.assert_allclose([p for _, p in found[0]], [p for _, p in found[1]], rtol=1e-4)


def test_the_most_probable_of_equal_ones_are_the_first():
    row = np.random.default_rng(1).integers(0, 5, 60).astype(float)
    for n in (1, 3, 30, 59, 60, 70):
        np.testing.assert_array_equal(most_probable(row, n), np.argsort(-row, kind="stable")[:n])


class OneByOne:
    """A model without `step_all`."""

    def __init__(self, model):
        self.start, self.step, self.eos, self.vocab = model.start, model.step, model.eos, model.vocab


# --- learning


@needs_compiler
@of_every_kind
def test_a_toy_is_memorised(text, kind):
    """Every word but the first of a line follows from those before; of three lines in turn, that one does as well."""
    options = {"context": 24, "dim": 16, "epochs": 60, "batch_size": 1, "weight_decay": 0.0, "warmup": 5}
    perplexities = train(text(), **options | kind).metadata["perplexities"]
    assert perplexities[0] > 5
    assert perplexities[-1] < 1.3


def test_with_every_option(text):
    learnt = text()
    options = {"dropout": 0.1, "attention_dropout": 0.2, "embed_dropout": 0.05, "smoothing": 0.05, "accumulate": 2}
    options |= {"l1": 1e-6, "l2": 1e-6, "min_lr": 0.0, "warmup": 3, "epochs": 6, "ff": 10}
    trained = train(learnt, valid=text(TEXT, learnt.vocab), **options)
    found = trained.metadata["valid_perplexities"]
    assert min(found) < 0.85 * found[0]
    assert "output" not in trained.tensors
    # What is kept gives, without noise, what validation saw: windows that do not overlap.
    model = MODEL.language_model(dataclasses.replace(trained, metadata={"config": configure(**options).stored()}))
    model.stride = model.context
    mean = -Scorer(model)(learnt.ids)[:-1].mean()
    assert mean == pytest.approx(math.log(min(found)), rel=1e-4)


def test_accumulated_gradients_are_those_of_a_larger_batch(text):
    learnt = text()
    whole, parts = (
        train(learnt, batch_size=B, accumulate=A, epochs=1, optimizer="sgd", lr=0.5) for B, A in ((6, 1), (2, 3))
    )
    assert whole.metadata["losses"] == pytest.approx(parts.metadata["losses"], rel=1e-5)
    for name, tensor in whole.tensors.items():
        np.testing.assert_allclose(parts.tensors[name], tensor, rtol=1e-4, atol=1e-6)


def test_an_epoch_of_so_many_updates(text):
    fit = fitting.Fit.__subclasses__()  # loaded by the model alone
    assert MODEL.learner() in fit
    learner = MODEL.learner()(MODEL, text(), configure(updates=4, batch_size=2, accumulate=3), Run())
    found = list(learner.steps(0, 0, lambda: False))
    assert [step.examples for step in found] == [2 * 3 * 12] * 4
    assert learner.size == 4 * 2 * 3 * 12
    assert learner.rate.total == 8  # of two epochs


def test_what_decays(text):
    learner = MODEL.learner()(MODEL, text(), configure(weight_decay=0.5, warmup=0, lr=0.1, dim=6, ff=6), Run())
    before = {param.name: param.value.copy() for param in learner.params}
    for param in learner.params:
        param.add(np.zeros_like(param.value))
    learner.optimizer.step(0.1)
    for param in learner.params:
        share = 0.95 if param.value.ndim > 1 else 1.0
        np.testing.assert_allclose(param.value, share * before[param.name], rtol=1e-6, atol=1e-7)


class PowerCut(BaseException):
    pass


@needs_compiler
@pytest.mark.parametrize("options", [{"dropout": 0.2}, {"updates": 5, **KINDS["LLaMA"]}], ids=["pass", "updates"])
def test_goes_on_from_every_checkpoint(text, tmp_path, monkeypatch, options):
    """Bit by bit, in the middle of an epoch and at its end."""
    learnt, path, plain = text(), str(tmp_path / "state"), Checkpoint.save
    options = options | {"epochs": 2, "valid": text(TEXT[:200], learnt.vocab)}
    expected, turns, saves = train(learnt, **options), itertools.cycle([False, True]), []
    monkeypatch.setattr(Checkpoint, "due", lambda self: next(turns))
    monkeypatch.setattr(Checkpoint, "save", lambda self, *args: (plain(self, *args), saves.append(args[1])))
    train(learnt, Run(checkpoint=Checkpoint(path)), **options)
    assert {save["history"]["step"] > 0 for save in saves} == {True, False}
    for limit in range(1, len(saves) + 1):
        counted = itertools.count(1)

        def save(self, *args, counted=counted, limit=limit):
            plain(self, *args)
            if next(counted) == limit:
                raise PowerCut

        monkeypatch.setattr(Checkpoint, "save", save)
        with pytest.raises(PowerCut):
            train(learnt, Run(checkpoint=Checkpoint(path, restart=True)), **options)
        monkeypatch.setattr(Checkpoint, "save", plain)
        again = train(learnt, Run(checkpoint=Checkpoint(path, resume=True)), **options)
        assert again.metadata == expected.metadata
        for name, tensor in expected.tensors.items():
            np.testing.assert_array_equal(again.tensors[name], tensor, err_msg=name)
