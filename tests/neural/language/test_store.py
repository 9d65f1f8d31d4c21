"""A language model in a file: what is written is read again, and what does not fit together is refused."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.config import Config
from embedkit.errors import FormatError
from embedkit.io import container
from embedkit.io.output import Output
from embedkit.neural.language import lstm, store
from embedkit.neural.language.network import build
from embedkit.text.vocab import Vocab
from embedkit.training.param import Param

WORDS = ["<eos>", "a", "<unk>", "한국어"]


def write(path, *, words=WORDS, tie=False, config=(), **tensors):
    """A file of random parameters; a tensor, an option, or a fact may be another (None leaves it out)."""
    rng, params = np.random.default_rng(1), {}

    def make(name, shape, first):
        params[name] = first(rng, shape)
        return Param(name, params[name])

    model = lstm.Lstm(embed=3, hidden=3, tie=tie)
    build(lstm.MODEL, model, len(words), make)
    params |= tensors
    stored = Config(model=model).stored()
    stored["model"] |= dict(config)
    left = {name: value for name, value in params.items() if value is not None}
    with Output(path) as out:
        store.save(out, store.Trained(left, Vocab.from_words(words), {"model": "lstm", "config": stored}))
    return path


@pytest.mark.parametrize("tie", [False, True])
@pytest.mark.parametrize("threads", [None, 2])
def test_written_and_read(tmp_path, tie, threads):
    stored = container.read(write(tmp_path / "lm", tie=tie))
    model = lstm.MODEL.load(stored, threads)
    assert list(model.vocab) == WORDS
    assert (model.eos, model.unk) == (0, 2)
    assert stored.names[0] == "embedding"
    assert (stored.metadata["input"], stored.metadata["output"]) == ("embedding", "embedding" if tie else "output")
    scores, state = model.step(np.array([0, 1]), model.start(2))
    again, _ = model.score(np.array([[0, 1], [1, 1]]), np.array([[3, -1], [2, 0]]), model.start(2))
    assert (again.shape, again[0, 1]) == ((2, 2), 0)
    assert again[0, 0] == pytest.approx(scores[0, 3], rel=1e-5)
    after, _ = model.step(np.array([1, 1]), state)
    np.testing.assert_allclose(again[1], after[[0, 1], [2, 0]], rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"embedding": None}, "there is no tensor 'embedding'"),
        ({"layer1.Wh": None}, "there is no tensor 'layer1.Wh'"),
        (
            {"layer1.Wh": np.zeros((4, 12), np.float32)},
            r"tensor 'layer1.Wh' is float32 \(4, 12\), not float32 \(3, 12\)",
        ),
        ({"output": np.zeros((4, 3))}, "tensor 'output' is float64"),
        ({"words": ["<eos>", "a"]}, "<eos> or <unk> is not among its words"),
        ({"config": {"hidden": 4}}, "tensor 'layer1.Wx'"),
        ({"config": {"hidden": "3"}}, "damaged metadata: hidden is '3'"),
        ({"config": {"layers": 0}}, "damaged metadata: layers is 0"),
        ({"config": {"layers": 10**12}}, "there is no tensor 'layer2.Wx'"),
        ({"config": {"dropout_kind": "none"}}, "damaged metadata: dropout_kind is 'none'"),
    ],
)
def test_what_does_not_fit_together(tmp_path, change, said):
    path = write(tmp_path / "lm", **change)
    with pytest.raises(FormatError, match=said):
        lstm.MODEL.load(container.read(path))
