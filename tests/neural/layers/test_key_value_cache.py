"""Steps read with a cache, by one or by several, give what the whole sequence does; a cache is a value."""

from __future__ import annotations

import numpy as np
import pytest
from neural.layers._cases import CASES, array, block

from embedkit.neural.layers.block import Block
from embedkit.neural.layers.chain import Chain
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.positions import Positions
from embedkit.neural.layers.workspace import Workspace

T, B, D = 5, 2, 4
LAYERS = {
    "self-attention": CASES["self-attention"].layer,
    "rotary": CASES["self-attention, rotary"].layer,
    "positions and blocks": Chain(Positions(array(T, D)), block(), block(pre=False)),
}


@pytest.mark.parametrize("parts", [(1, 2, 3, 4), (2, 3)], ids=str)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_parts_are_the_whole(layer, parts):
    X, workspace = array(T, B, D), Workspace()
    whole, _, _ = layer.forward(X, None, ForwardContext(workspace))
    state, found = None, []
    for part in np.split(X, parts):
        Y, state, _ = layer.forward(part, state, ForwardContext(workspace, cached=T))
        found.append(Y.copy())
    np.testing.assert_allclose(np.concatenate(found), whole, rtol=1e-10)


def test_ways_that_part_share_no_memory():
    """A beam goes on from one state more than once."""
    layer, ctx = LAYERS["positions and blocks"], ForwardContext(Workspace(), cached=T)
    assert isinstance(layer.layers[1], Block)
    X = array(T, B, D)
    _, start, _ = layer.forward(X[:2], None, ctx)
    found = []
    for row in (X[2:3], X[3:4], X[2:3]):
        _, state, _ = layer.forward(row, start, ctx)
        found.append(layer.forward(X[4:], state, ctx)[0].copy())
    np.testing.assert_array_equal(found[0], found[2])
    assert not np.allclose(found[0], found[1])
