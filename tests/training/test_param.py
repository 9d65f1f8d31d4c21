"""Parameters, their gradients, and the memory of layers."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.linear import Linear
from embedkit.neural.layers.workspace import Workspace
from embedkit.training.param import Param, RowGradient, collect


def test_rows_that_repeat_add_up_in_order():
    param = Param("E", np.zeros((6, 2)))
    param.add_rows(np.array([4, 1, 4]), np.array([[1.0, 2], [3, 4], [5, 6]]))
    param.add_rows(np.array([0, 1]), np.array([[7.0, 8], [9, 10]]))
    assert isinstance(param.gradient, RowGradient)
    assert param.gradient.ids.tolist() == [0, 1, 4]
    assert param.gradient.values.tolist() == [[7, 8], [12, 14], [6, 8]]


def test_no_rows_are_no_gradient():
    param = Param("E", np.zeros((6, 2)))
    param.add_rows(np.zeros(0, int), np.zeros((0, 2)))
    assert param.gradient is None


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (0, 2, 1)])
def test_every_way_of_adding_adds_up(order):
    param, workspace = Param("W", np.zeros((2, 2))), Workspace()
    ways = [
        lambda: param.add_rows(np.array([1, 1]), np.array([[1.0, 2], [3, 4]])),
        lambda: param.add(np.array([[10.0, 20], [30, 40]])),
        lambda: param.add_product(np.array([[100.0], [200]]), np.array([[1.0, 2]]), workspace),
    ]
    for _ in range(2):  # and again after it was cleared
        param.clear()
        for way in order:
            ways[way]()
        assert param.gradient.tolist() == [[110, 220], [234, 446]]


def test_a_frozen_parameter_has_no_gradient():
    param = Param("W", np.ones((2, 2)), frozen=True)
    layer = Linear(param, Param("b", np.zeros(2)))
    Y, _, backprop = layer.forward(np.ones((1, 1, 2)), None, ForwardContext(Workspace()))
    dX, _ = backprop(Y)
    param.add_rows(np.array([0]), np.ones((1, 2)))
    assert param.gradient is None
    assert dX.tolist() == [[[4, 4]]]


def test_values_lie_in_one_piece():
    with pytest.raises(ValueError, match="W must be C-contiguous"):
        Param("W", np.ones((3, 2)).T)


def test_what_is_shared_is_collected_once():
    one, two = Param("a", np.zeros((2, 2))), Param("b", np.zeros(2))
    assert collect([Linear(one, two), Linear(one)]) == [one, two]


def test_a_buffer_is_lent_again_when_nobody_holds_it():
    workspace = Workspace()
    first = workspace.take((3, 4), np.float32)
    address = first.ctypes.data
    assert address % 64 == 0
    view = first[1:, :2].T
    del first
    gc.collect()
    other = workspace.take((12,), np.float32)
    assert other.ctypes.data != address  # the view is still there
    del view
    assert workspace.take((3, 4), np.float32).ctypes.data == address


def test_other_shapes_of_about_the_size_use_the_same_buffer():
    workspace = Workspace()
    addresses = {workspace.take((n, 10), np.float32).ctypes.data for n in range(13, 26)}
    assert len(addresses) == 1
    assert workspace.take((0, 5), np.float64).shape == (0, 5)
    assert workspace.zeros((2, 2), np.int64).tolist() == [[0, 0], [0, 0]]


def test_lent_buffers_do_not_overlap():
    workspace = Workspace()
    lent = [workspace.take((5, 5), np.float64) for _ in range(4)]
    for number, array in enumerate(lent):
        array[...] = number
    assert [array.sum() for array in lent] == [0, 25, 50, 75]
