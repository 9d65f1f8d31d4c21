"""plot M SOURCE…: figures of attention from a model. What they look like is tested in tests/plot/test_attention.py."""

from __future__ import annotations

import numpy as np
import pytest
from _translator import Drawn

from embedkit.catalog import SEQ2SEQ


@pytest.fixture
def opened(monkeypatch, tmp_path, toy_file):
    """`opened(translator)`: whatever native file is named, this model is in it; `toy.safetensors` is one."""
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)

    def put(model):
        monkeypatch.setattr("embedkit.translation.load.load", lambda path, data=None: model)
        monkeypatch.setattr("embedkit.commands.plot._kind", lambda path, data: SEQ2SEQ)

    return put


def test_panels(run, opened, tmp_path):
    opened(Drawn(seed=17))  # whose outputs are not empty
    assert run("plot", "toy.safetensors", "a b c", "c b", "-o", "a.svg") == (0, "", "", b"")
    svg = (tmp_path / "a.svg").read_text()
    assert (svg.count(">source</text>"), svg.count(">attention weight</text>")) == (2, 1)
    piped = run("plot", "toy.safetensors", "-o", "-", "--to", "svg", stdin="a b c\n\nc b\n")
    assert (piped.code, piped.raw) == (0, (tmp_path / "a.svg").read_bytes())


class Remembering(Drawn):
    """One that writes to a row after the other."""

    has_memory = True

    def heads(self, source, target):
        return np.eye(9)[: len(source)], np.eye(9)[: len(target) + 1]


def test_a_memory(run, opened, tmp_path):
    opened(Remembering(seed=17))
    assert run("plot", "toy.safetensors", "a b c", "-o", "a.svg") == (0, "", "", b"")
    svg = (tmp_path / "a.svg").read_text()
    assert [svg.count(f">{said}</text>") for said in ("source, written", "output, read", "attention weight")] == [
        1,
        1,
        0,
    ]
    assert "has 1 to 4\n" in run("plot", "toy.safetensors", *"aaaaa", "-o", "a.svg").err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("a -o f.svg --what loss", 2, "--what is for logs; toy.safetensors is a model"),
        ("a -o f.svg --epoch 1", 2, "--epoch is for logs"),
        ("-o f.svg", 1, "toy.safetensors: 0 sources, and a figure has 1 to 16"),
        (f"{'a ' * 17} -o f.svg", 1, "toy.safetensors: 17 sources"),
        ("a -o f.eps", 1, "f.eps: a figure has the suffix .pdf, .png or .svg"),
    ],
)
def test_mistakes(run, opened, tmp_path, args, code, said):
    opened(Drawn(seed=3))
    result = run("plot", "toy.safetensors", *args.split())
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(f"Error: {said}")
    assert not list(tmp_path.glob("f.*"))


def test_a_model_without_attention(run, opened):
    opened(Drawn(seed=3, has_attention=False))
    result = run("plot", "toy.safetensors", "a", "-o", "f.svg")
    assert result.code == 1
    assert result.err.startswith("Error: toy.safetensors: has no attention")
    assert "--attention general" in result.err
