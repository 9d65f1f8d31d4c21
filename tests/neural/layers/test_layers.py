"""What every layer and every loss promises, checked for all of them from one table."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from neural.layers._cases import CASES, LOSSES, MASK, RECURRENT, cast, leaves

from embedkit.neural import layers, losses
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.fused import Fused
from embedkit.neural.layers.workspace import Workspace
from embedkit.training.param import RowGradient

MODES = {
    "evaluation": dict,
    "training": lambda: {"training": True, "rng": np.random.default_rng(11), "gradients": True},
}


def dense(param):
    """The gradient as an array."""
    gradient = param.gradient
    if isinstance(gradient, RowGradient):
        full = np.zeros_like(param.value)
        full[gradient.ids] = gradient.values
        return full
    return np.zeros_like(param.value) if gradient is None else gradient


class Goal:
    """A number made of everything that a layer gives, and its gradients."""

    def __init__(self, name, layer=None, workspace=None):
        case = CASES[name]
        self.layer, self.X, self.state, self.targets = layer or case.layer, case.X, case.state, case.targets
        self.is_loss, self.mask, self.workspace = name in LOSSES, case.mask, workspace or Workspace()

    def forward(self, mode, X=None):
        """(Y, new state, backprop); a loss has no state."""
        X, ctx = self.X if X is None else X, ForwardContext(self.workspace, mask=self.mask, **MODES[mode]())
        if not self.is_loss:
            return self.layer.forward(X, self.state, ctx)
        losses, backprop = self.layer.forward(X, self.targets, ctx)
        return losses, None, lambda scale=1.0: (backprop(scale), None)

    def value(self, mode) -> float:
        Y, state, _ = self.forward(mode)
        if self.is_loss:
            return 0.7 * float(np.sum(Y))
        self._draw(Y, state)
        parts = zip([Y, *leaves(state)], [self.dY, *self.dstates])
        return float(sum((part * weight).sum() for part, weight in parts))

    def _draw(self, Y, state):
        weights = np.random.default_rng(2)
        self.dY = weights.normal(size=Y.shape)
        self.dstates = [weights.normal(size=leaf.shape) for leaf in leaves(state)]

    def gradients(self, mode):
        """(dX, leaves of the state's gradient, {name: gradient})"""
        for param in self.layer.params:
            param.clear()
        Y, state, backprop = self.forward(mode)
        if self.is_loss:
            dX, dstate = backprop(0.7)
        else:
            self._draw(Y, state)
            dX, dstate = backprop(self.dY, _like(state, iter(self.dstates)))
        return dX, leaves(dstate), {param.name: dense(param) for param in self.layer.params}


def _like(state, arrays):
    if state is None:
        return None
    return next(arrays) if isinstance(state, np.ndarray) else tuple(_like(part, arrays) for part in state)


def slopes(function, x, step=1e-6):
    """The numeric gradient of function() by the entries of x."""
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        held = x[place]
        x[place] = held + step
        above = function()
        x[place] = held - step
        found[place] = (above - function()) / (2 * step)
        x[place] = held
    return found


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CASES)
def test_gradients_are_numeric_ones(name, mode):
    goal = Goal(name)
    dX, dstates, gradients = goal.gradients(mode)
    dX, gradients = copy.deepcopy((dX, gradients))

    def check(x, gradient, what):
        near = slopes(lambda: goal.value(mode), x)
        np.testing.assert_allclose(gradient, near, rtol=1e-6, atol=1e-7, err_msg=what)

    if goal.X.dtype.kind == "f":
        check(goal.X, dX, "dX")
    else:
        assert dX is None
    for param in goal.layer.params:
        check(param.value, gradients[param.name], param.name)
    states = leaves(goal.state)
    assert len(states) == len(dstates)
    for state, dstate in zip(states, dstates):
        check(state, dstate, "state")


def all_layers():
    """Every class of the packages that has a `forward` of its own or inherits one to be used."""
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in (layers, losses)
        for found in pkgutil.iter_modules(package.__path__)
        if not found.name.startswith("_")
    ]
    for module in modules:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and hasattr(kind, "forward") and kind.__name__ != "Recurrent":
                yield kind


def test_every_layer_is_in_the_table():
    assert {type(case.layer) for case in CASES.values()} == set(all_layers())


@pytest.mark.parametrize("name", CASES)
def test_evaluation_gives_the_same_each_time(name):
    goal = Goal(name)
    assert goal.value("evaluation") == goal.value("evaluation")


@pytest.mark.parametrize("name", CASES)
def test_a_second_forward_leaves_an_open_backprop_alone(name):
    goal = Goal(name)
    dX, dstates, gradients = copy.deepcopy(goal.gradients("training"))
    layer = goal.layer
    for param in layer.params:
        param.clear()
    Y, _, backprop = goal.forward("training")
    kept = copy.deepcopy(Y)
    other = goal.X[::-1].copy()
    for _ in range(2):
        _, after, open_too = goal.forward("training", other)
    np.testing.assert_array_equal(Y, kept)
    if goal.is_loss:
        again = backprop(0.7)
    else:
        again = backprop(goal.dY, _like(after, iter(goal.dstates)))
    if dX is not None:
        np.testing.assert_array_equal(again[0], dX)
    for here, there in zip(leaves(again[1]), dstates):
        np.testing.assert_array_equal(here, there)
    for param in layer.params:
        np.testing.assert_array_equal(dense(param), gradients[param.name])
    assert open_too is not None  # it was open until here


@pytest.mark.parametrize("name", CASES)
def test_steps_take_no_new_memory(name):
    goal = Goal(name)
    goal.gradients("training")
    goal.gradients("training")
    held = goal.workspace.nbytes
    for _ in range(3):
        goal.gradients("training")
    assert goal.workspace.nbytes == held


@pytest.mark.parametrize("name", CASES)
def test_backprop_works_once(name):
    goal = Goal(name)
    goal.gradients("training")
    Y, _, backprop = goal.forward("evaluation")
    backprop(1.0 if goal.is_loss else np.ones_like(Y))
    with pytest.raises(RuntimeError, match="once"):
        backprop(Y)


def in_float32(name):
    """A copy of the case's layer with parameters in float32, each shared where it was shared."""
    layer = copy.deepcopy(CASES[name].layer)
    for param in layer.params:
        param.__init__(param.name, param.value.astype(np.float32))
    return layer


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_compiled_cells_agree_with_plain_ones(name, threads, monkeypatch):
    monkeypatch.setattr("embedkit.neural.layers.fused.SMALL", 0)
    results = []
    for kernels in (None, Fused(threads)):
        goal = Goal(name, in_float32(name), Workspace(kernels))
        goal.X, goal.state = cast(goal.X, np.float32), cast(goal.state, np.float32)
        value = goal.value("training")
        dX, dstates, gradients = copy.deepcopy(goal.gradients("training"))
        results.append([value, *([] if dX is None else [dX]), *dstates, *gradients.values()])
    for plain, fused in zip(*results):
        assert np.asarray(plain).dtype in (np.float32, np.float64)
        np.testing.assert_allclose(fused, plain, rtol=2e-5, atol=3e-6)


@pytest.mark.parametrize("name", CASES)
def test_everything_has_the_type_of_the_parameters(name):
    layer = in_float32(name)
    goal = Goal(name, layer)
    goal.X, goal.state = cast(goal.X, np.float32), cast(goal.state, np.float32)
    Y, state, backprop = goal.forward("training")
    dX, dstate = backprop(0.5 if goal.is_loss else np.ones_like(Y))
    found = [a for a in (Y, dX, *leaves(state), *leaves(dstate)) if isinstance(a, np.ndarray)]
    assert {a.dtype for a in found} <= {np.dtype(np.float32)}
    for param in layer.params:
        gradient = param.gradient
        assert (gradient.values if isinstance(gradient, RowGradient) else gradient).dtype == np.float32


STATEFUL = [*RECURRENT, *(f"{name}, own options" for name in RECURRENT), "window"]


@pytest.mark.parametrize("name", [*STATEFUL, "ntm"])
def test_a_sequence_in_two_parts_is_the_whole(name):
    layer, X, state, _, _ = CASES[name]
    ctx = ForwardContext(Workspace())
    whole, last, _ = layer.forward(X, state, ctx)
    first, between, _ = layer.forward(X[:2], state, ctx)
    second, end, _ = layer.forward(X[2:], between, ctx)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)
    for here, there in zip(leaves(end), leaves(last)):
        np.testing.assert_allclose(here, there, rtol=1e-12)


@pytest.mark.parametrize("name", STATEFUL)
def test_no_state_is_a_state_of_zeros(name):
    layer, X, state, _, _ = CASES[name]
    zeros = tuple(np.zeros_like(s) for s in state) if isinstance(state, tuple) else np.zeros_like(state)
    ctx = ForwardContext(Workspace())
    np.testing.assert_array_equal(layer.forward(X, None, ctx)[0], layer.forward(X, zeros, ctx)[0])


# --- padding


@pytest.mark.parametrize("name", [*RECURRENT, "ntm"])
def test_padding_is_as_if_it_were_not_there(name):
    """Of each sequence outputs, last state and gradients are those of its own tokens alone."""
    goal = Goal(f"{name}, mask")
    Y, state, backprop = goal.forward("evaluation")
    dY = np.where(MASK[..., None], np.random.default_rng(3).normal(size=Y.shape), 0)
    dX, _ = backprop(dY)
    assert not dX[~MASK].any()
    for b in range(MASK.shape[1]):
        row, steps = slice(b, b + 1), MASK[:, b]
        before = tuple(s[row] for s in goal.state) if isinstance(goal.state, tuple) else goal.state[row]
        alone, last, back = goal.layer.forward(goal.X[steps, row], before, ForwardContext(Workspace()))
        np.testing.assert_allclose(Y[steps, row], alone, rtol=1e-12)
        for here, there in zip(leaves(state), leaves(last)):
            np.testing.assert_allclose(here[row], there, rtol=1e-12)
        np.testing.assert_allclose(dX[steps, row], back(dY[steps, row])[0], rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_a_mask_of_all_is_no_mask(name):
    goal = Goal(name)
    expected = []
    for goal.mask in (None, np.ones(MASK.shape, bool)):
        expected.append((goal.value("training"), *goal.gradients("training")[2].values()))
    for here, there in zip(*expected):
        np.testing.assert_allclose(here, there, rtol=1e-12)
