"""What options build, what it starts with, and that a window's gradients are those of its loss and its penalties."""

from __future__ import annotations

import numpy as np
import pytest
from _language_models import LANGUAGE_MODELS, RECURRENT, architecture, own

from embedkit.neural.language import steps
from embedkit.neural.language.network import build
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.dropout import Dropout
from embedkit.neural.layers.workspace import Workspace
from embedkit.training.param import Param, RowGradient

V = 7


def network(kind, dtype=np.float32, ar=0.0, tar=0.0, **options):
    """A network with parameters from seed 1."""
    rng = np.random.default_rng(1)
    model = architecture(kind).sections["model"](**{"embed": 3, "hidden": 3, **options})

    def make(name, shape, initializer):
        return Param(name, initializer(rng, shape).astype(dtype))

    return build(architecture(kind), model, V, make, ar=ar, tar=tar)


@pytest.mark.parametrize(
    ("kind", "options", "shapes"),
    [
        ("rnn", {}, {"layer1.Wx": (3, 3), "layer1.Wh": (3, 3), "layer1.b": (3,)}),
        ("lstm", {"peephole": True}, {"layer1.Wx": (3, 12), "layer1.b": (12,), "layer1.peephole": (3, 3)}),
        ("gru", {"hidden": 4}, {"layer1.Wx": (3, 12), "layer1.Wh": (4, 12), "layer1.c": (4,)}),
        ("gru", {"layers": 2, "hidden": 4, "layer_norm": True}, {"layer2.Wx": (4, 12), "layer2.gain": (4,)}),
        ("ffn", {"hidden": 4}, {"layer1.W": (12, 4), "layer1.b": (4,)}),
        ("ffn", {"order": 2}, {"layer1.W": (3, 3), "layer1.b": (3,)}),
    ],
)
def test_parameters_by_name(kind, options, shapes):
    found = {param.name: param.value.shape for param in network(kind, **options).params}
    assert shapes.items() < found.items()
    assert list(found)[0] == "embedding"
    assert (found["embedding"], found["output"]) == ((V, 3), (V, options.get("hidden", 3)))


@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_a_tied_matrix_is_one(kind):
    tied = network(kind, tie=True)
    assert "output" not in [param.name for param in tied.params]
    assert tied.loss.W is tied.params[0]


def test_the_last_layer_of_a_tied_network_has_the_width_of_the_vectors():
    """As in AWD-LSTM: 400, 1150, 1150, 400."""
    shapes = {p.name: p.value.shape for p in network("lstm", tie=True, layers=3, embed=4, hidden=5).params}
    assert [shapes[f"layer{n}.Wx"] for n in (1, 2, 3)] == [(4, 20), (5, 20), (5, 16)]
    assert shapes["embedding"] == (V, 4)


def test_dropout_by_place():
    """Before, between and after layers; where nothing else is said, all the same."""

    def rates(**options):
        net = network("lstm", layers=2, dropout=0.3, **options)
        return [layer.rate for layer in [*net.body.layers, net.drop] if isinstance(layer, Dropout)]

    assert rates() == [0.3, 0.3, 0.3]
    assert rates(input_dropout=0.1, output_dropout=0.0) == [0.1, 0.3, 0.0]


def test_first_values():
    values = {param.name: param.value for param in network("lstm", hidden=100, embed=100, initializer="uniform").params}
    assert values["layer1.b"].reshape(4, 100).sum(axis=1).tolist() == [0, 100, 0, 0]
    for name in ("embedding", "output", "layer1.Wx", "layer1.Wh"):
        assert 0.09 < np.abs(values[name]).max() <= 0.1
    for kind in RECURRENT:
        (Wh,) = (param.value for param in network(kind, hidden=20).params if param.name == "layer1.Wh")
        for gate in np.split(Wh, Wh.shape[1] // 20, axis=1):
            np.testing.assert_allclose(gate @ gate.T, np.eye(20), atol=1e-5)


def test_a_feed_forward_network_sees_the_last_words_in_their_order():
    net = network("ffn", order=4)

    def last(*ids):
        return net.body.forward(np.array(ids)[:, None], None, ForwardContext(Workspace()))[0][-1, 0].tolist()

    assert last(1, 2, 3) == last(6, 1, 2, 3) == last(0, 5, 6, 1, 2, 3)
    for other in ((2, 1, 3), (1, 3, 2), (4, 2, 3), (1, 2, 4)):
        assert last(*other) != last(1, 2, 3)
    assert last(2, 3) != last(0, 2, 3)  # what is before a text is no line end


@pytest.mark.parametrize("is_full", [True, False])
@pytest.mark.parametrize("kind", LANGUAGE_MODELS)
def test_gradients_of_a_window(kind, is_full):
    """Numeric ones in float64, of the mean loss plus both penalties."""
    options = {"tie": True} | own(kind, layers=2, residual=True, layer_norm=True)
    net = network(kind, np.float64, ar=0.3, tar=0.7, **(options if is_full else {}))
    made = np.random.default_rng(2)
    ctx = ForwardContext(Workspace(), training=True, rng=made, gradients=True)
    for param in net.params:
        param.value[...] = made.normal(0, 0.5, param.value.shape)
    ids = made.integers(0, V, (5, 2))
    targets = made.integers(0, V, (5, 2))
    targets[4, 1] = -1
    window = ids, targets, 9

    def objective():
        H, _, _ = net.body.forward(ids, None, ctx)
        losses, _ = net.loss.forward(H, targets, ctx)
        return losses.sum() / 9 + 0.3 * np.square(H).mean() + 0.7 * np.square(H[1:] - H[:-1]).mean()

    loss, _ = steps.learn(net, window, None, ctx)
    plain, _ = net.loss.forward(net.body.forward(ids, None, ctx)[0], targets, ctx)
    assert loss == pytest.approx(plain.sum())
    for param in net.params:
        gradient = param.gradient
        if isinstance(gradient, RowGradient):
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
