"""What options build, what it starts with, and that a window's gradients are those of its loss and its penalties."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from embedkit.neural.layers.param import Param, Rows
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.language import steps
from embedkit.neural.language.network import build

KINDS = ("rnn", "lstm", "gru")
V = 7


def network(kind, dtype=np.float32, **options):
    """A network with parameters from seed 1."""
    rng = np.random.default_rng(1)
    section = import_module(f"embedkit.neural.language.{kind}").SECTIONS["model"]
    model = section(**{"embed": 3, "hidden": 3, **options})
    return build(kind, model, V, lambda name, shape, first: Param(name, first(rng, shape).astype(dtype)))


@pytest.mark.parametrize(
    ("kind", "options", "shapes"),
    [
        ("rnn", {}, {"layer1.Wx": (3, 3), "layer1.Wh": (3, 3), "layer1.b": (3,)}),
        ("lstm", {"peephole": True}, {"layer1.Wx": (3, 12), "layer1.b": (12,), "layer1.peephole": (3, 3)}),
        ("gru", {"hidden": 4}, {"layer1.Wx": (3, 12), "layer1.Wh": (4, 12), "layer1.c": (4,)}),
        ("gru", {"layers": 2, "hidden": 4, "layer_norm": True}, {"layer2.Wx": (4, 12), "layer2.gain": (4,)}),
    ],
)
def test_parameters_by_name(kind, options, shapes):
    found = {param.name: param.value.shape for param in network(kind, **options).params}
    assert shapes.items() < found.items()
    assert list(found)[0] == "embedding"
    assert (found["embedding"], found["output"]) == ((V, 3), (V, options.get("hidden", 3)))


def test_a_tied_matrix_is_one():
    tied = network("gru", tie=True)
    assert "output" not in [param.name for param in tied.params]
    assert tied.softmax.W is tied.params[0]


def test_first_values():
    values = {param.name: param.value for param in network("lstm", hidden=100, embed=100, weights="uniform").params}
    assert values["layer1.b"].reshape(4, 100).sum(axis=1).tolist() == [0, 100, 0, 0]
    for name in ("embedding", "output", "layer1.Wx", "layer1.Wh"):
        assert 0.09 < np.abs(values[name]).max() <= 0.1
    orthogonal = {param.name: param.value for param in network("rnn", hidden=20).params}
    np.testing.assert_allclose(orthogonal["layer1.Wh"] @ orthogonal["layer1.Wh"].T, np.eye(20), atol=1e-5)


@pytest.mark.parametrize("options", [{"layers": 2, "residual": True, "layer_norm": True, "tie": True}, {}])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_window(kind, options):
    """Numeric ones in float64, of the mean loss plus both penalties."""
    net, workspace, made = network(kind, np.float64, **options), Workspace(), np.random.default_rng(2)
    for param in net.params:
        param.value[...] = made.normal(0, 0.5, param.value.shape)
    ids = made.integers(0, V, (5, 2))
    targets = made.integers(0, V, (5, 2))
    targets[4, 1] = -1
    window = ids, targets, 9

    def objective():
        H, _, _ = net.body.forward(ids, None, made, workspace)
        losses, _, _ = net.softmax.forward(H, targets, made, workspace)
        return losses.sum() / 9 + 0.3 * np.square(H).mean() + 0.7 * np.square(H[1:] - H[:-1]).mean()

    loss, _ = steps.learn(net, (0.3, 0.7), window, None, made, workspace)
    plain, _, _ = net.softmax.forward(net.body.forward(ids, None, made, workspace)[0], targets, made, workspace)
    assert loss == pytest.approx(plain.sum())
    for param in net.params:
        gradient = param.gradient
        if isinstance(gradient, Rows):
            dense = np.zeros_like(param.value)
            dense[gradient.ids] = gradient.values
            gradient = dense
        for at in made.integers(0, param.value.size, 6):
            value, numeric = param.value.reshape(-1), []
            before = value[at]
            for change in (1e-6, -1e-6):
                value[at] = before + change
                numeric.append(objective())
            value[at] = before
            numeric = (numeric[0] - numeric[1]) / 2e-6
            assert gradient.reshape(-1)[at] == pytest.approx(numeric, rel=1e-5, abs=1e-8), param.name
