"""Attention by layer and head: the weights, and their figure."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from _masked import network, save

from embedkit.neural.attention_weights import attention_weights, blocks
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
from embedkit.plot.heads import LayerHeads, render_heads


@pytest.mark.parametrize("pre", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_weights_are_those_of_the_layers(pre, causal):
    """Values weighed by them are what the attention of each block gives."""
    model = network(pre=pre, positions="rotary")
    ids, ctx, seen = np.array([0, 3, 4, 5, 6])[:, None], ForwardContext(Workspace()), []
    for place in blocks(model.body):
        layers = model.body.layers[place].layers[0].layer.layers
        attention = layers[1] if pre else layers[0]
        attention.causal = causal

        def forward(X, state, ctx, attention=attention, real=attention.forward):
            Y = real(X, state, ctx)
            seen.append((attention, X.copy(), Y[0].copy()))
            return Y

        attention.forward = forward
    model.body.forward(ids, None, ctx)
    expected, seen = seen, []
    weights = attention_weights(model.body, ids, ctx)
    assert len(weights) == len(expected) == 2
    for heads, (attention, X, Y) in zip(weights, expected):
        assert heads.shape == (2, 5, 5)
        np.testing.assert_allclose(heads.sum(axis=-1), 1, rtol=1e-5)
        assert (np.triu(heads[0], 1) == 0).all() == causal
        values = (X[:, 0] @ attention.W.value + attention.b.value)[:, 16:].reshape(5, 2, 4).transpose(1, 0, 2)
        contexts = (heads @ values).transpose(1, 0, 2).reshape(5, 8)
        np.testing.assert_allclose(
            contexts @ attention.out.W.value + attention.out.b.value, Y[:, 0], rtol=1e-4, atol=1e-5
        )


def test_a_row_for_each_layer_and_a_column_for_each_head():
    pytest.importorskip("matplotlib")
    tokens = ["<eos>", "한국어", "$", "king"]
    svg = render_heads(LayerHeads(tokens, [np.full((3, 4, 4), 0.25, np.float32)] * 2), "svg", None, 60)
    found = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]
    labels = [text for text in found if text]
    assert labels == [
        *([*tokens, "head 1", *tokens, "layer 1"]),
        *(word for head in ("head 2", "head 3") for word in (*tokens, head)),
        *tokens,
        "layer 2",
        "0.0",
        "0.5",
        "1.0",
        "attention weight",
    ]


def test_a_causal_transformer_has_heads_too(run, tmp_path):
    pytest.importorskip("matplotlib")
    result = run("plot", save(tmp_path / "lm", model="transformer"), "the cat sat", "--heads", "-o", "-", "--to", "svg")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("<image") >= 5  # four panels and the scale
    (tmp_path / "text").write_text("the cat sat on the mat\n" * 3)
    assert run("train", "kn", tmp_path / "text", "-o", tmp_path / "kn", "-q").code == 0
    assert "kn has no attention heads" in run("plot", tmp_path / "kn", "the", "--heads", "-o", tmp_path / "x.svg").err
