"""Update rules beside ones worked out number by number, and PyTorch's where it is installed."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from embedkit.training.optim import BLOCK, OPTIMIZERS, Optimizer, norm
from embedkit.training.param import Param, RowGradient

rng = np.random.default_rng(6)
START, STEPS = rng.normal(size=(3, 2)), rng.normal(size=(3, 3, 2))
LR = 0.1


def twin_sgd(x, gs):
    for g in gs:
        x = x - LR * g
    return x


def twin_momentum(x, gs):
    v = 0
    for g in gs:
        v = 0.9 * v + g
        x = x - LR * v
    return x


def twin_nesterov(x, gs):
    v = 0
    for g in gs:
        v = 0.9 * v + g
        x = x - LR * (g + 0.9 * v)
    return x


def twin_adagrad(x, gs):
    s = 0
    for g in gs:
        s = s + g**2
        x = x - LR * g / (math.sqrt(s) + 1e-10)
    return x


def twin_adadelta(x, gs):
    s = u = 0
    for g in gs:
        s = 0.9 * s + 0.1 * g**2
        d = math.sqrt(u + 1e-6) / math.sqrt(s + 1e-6) * g
        u = 0.9 * u + 0.1 * d**2
        x = x - LR * d
    return x


def twin_rmsprop(x, gs):
    s = 0
    for g in gs:
        s = 0.99 * s + 0.01 * g**2
        x = x - LR * g / (math.sqrt(s) + 1e-8)
    return x


def twin_adam(x, gs, decay=0.0):
    m = s = 0
    for t, g in enumerate(gs, 1):
        x = x - LR * decay * x
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        x = x - LR * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return x


def twin_adamw(x, gs):
    return twin_adam(x, gs, 0.01)


def twin_adamax(x, gs):
    m = u = 0
    for t, g in enumerate(gs, 1):
        m, u = 0.9 * m + 0.1 * g, max(0.999 * u, abs(g) + 1e-8)
        x = x - LR / (1 - 0.9**t) * m / u
    return x


TWINS = {
    "sgd": twin_sgd,
    "momentum": twin_momentum,
    "nesterov": twin_nesterov,
    "adagrad": twin_adagrad,
    "adadelta": twin_adadelta,
    "rmsprop": twin_rmsprop,
    "adam": twin_adam,
    "adamax": twin_adamax,
    "adamw": twin_adamw,
    "nt-asgd": twin_sgd,
}


def run(optimizer, param, gradients, lr=LR):
    for gradient in gradients:
        param.add(np.asarray(gradient, param.value.dtype))
        optimizer.step(lr)
    return param.value


def test_every_rule_has_a_twin():
    assert TWINS.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_three_steps_number_by_number(name):
    param = Param("W", START.copy())
    found = run(Optimizer(name, [param]), param, STEPS)
    for place in np.ndindex(START.shape):
        assert found[place] == pytest.approx(TWINS[name](START[place], [g[place] for g in STEPS]), rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_blocks_make_no_difference(name):
    values, gradients = rng.normal(size=BLOCK + 5), rng.normal(size=(2, BLOCK + 5))
    whole, tail = Param("W", values.copy()), Param("W", values[-7:].copy())
    run(Optimizer(name, [whole]), whole, gradients)
    run(Optimizer(name, [tail]), tail, gradients[:, -7:])
    np.testing.assert_array_equal(whole.value[-7:], tail.value)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_values_keep_their_type(name):
    param = Param("W", START.astype(np.float32))
    run(Optimizer(name, [param], clip=0.1, l1=1e-3, l2=1e-3), param, STEPS)
    assert param.value.dtype == np.float32
    assert all(slot.dtype == np.float32 for slot in Optimizer(name, [param]).slots["W"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_do_what_the_dense_gradient_does(name):
    sparse, dense = Param("E", START.copy()), Param("E", START.copy())
    optimizers = [Optimizer(name, [param]) for param in (sparse, dense)]
    for ids in ([0, 2, 0], [1, 1], [2]):
        values, full = rng.normal(size=(len(ids), 2)), np.zeros((3, 2))
        np.add.at(full, ids, values)
        sparse.add_rows(np.array(ids), values)
        dense.add(full)
        assert isinstance(sparse.gradient, RowGradient)
        for optimizer in optimizers:
            optimizer.step(LR)
    np.testing.assert_allclose(sparse.value, dense.value, rtol=1e-12)


def test_rows_leave_others_alone_with_sgd():
    param = Param("E", START.copy())
    param.add_rows(np.array([1]), np.ones((1, 2)))
    Optimizer("sgd", [param]).step(0.5)
    assert param.value.tolist() == [*START[:1].tolist(), (START[1] - 0.5).tolist(), *START[2:].tolist()]


def test_penalties_reach_rows_without_a_gradient():
    param = Param("E", np.full((3, 1), 2.0))
    param.add_rows(np.array([1]), np.ones((1, 1)))
    Optimizer("sgd", [param], l1=0.1, l2=0.2).step(1.0)
    np.testing.assert_allclose(param.value, [[1.5], [0.5], [1.5]])  # 2 - .1 - .2 * 2, and the gradient


def test_the_norm_is_that_of_all_gradients():
    one, two, three = Param("a", np.zeros((2, 2))), Param("b", np.zeros((5, 2))), Param("c", np.zeros(1))
    one.add(np.array([[1.0, 2], [0, 2]]))
    two.add_rows(np.array([4, 4]), np.array([[1.0, 0], [3, 0]]))
    assert norm([one, two, three]) == 5


@pytest.mark.parametrize(("clip", "scale"), [(2.5, 0.5), (10.0, 1.0), (0.0, 1.0)])
def test_clipping_shortens_all_gradients_together(clip, scale):
    params = [Param("a", np.zeros(1)), Param("b", np.zeros((2, 1)))]
    params[0].add(np.array([3.0]))
    params[1].add_rows(np.array([1]), np.array([[4.0]]))
    assert Optimizer("sgd", params, clip=clip).step(1.0) == 5
    assert [param.value.ravel().tolist() for param in params] == [[-3 * scale], [0, -4 * scale]]


def test_nothing_moves_when_a_gradient_is_not_finite():
    for bad in (np.nan, np.inf):
        params = [Param("a", np.zeros(1)), Param("b", np.zeros(1))]
        params[0].add(np.array([bad]))
        params[1].add(np.array([1.0]))
        optimizer = Optimizer("adam", params, clip=1.0)
        assert not math.isfinite(optimizer.step(1.0))
        assert [param.value[0] for param in params] == [0, 0]
        assert optimizer.updates == 0
        assert params[1].gradient is None


def test_frozen_parameters_and_those_without_gradient_stay():
    frozen, idle = Param("a", START.copy(), frozen=True), Param("b", START.copy())
    optimizer = Optimizer("adamw", [frozen, idle])
    frozen.add(START)
    optimizer.step(1.0)
    np.testing.assert_array_equal(frozen.value, START)
    np.testing.assert_array_equal(idle.value, START)
    assert list(optimizer.slots) == ["b"]


def test_settings_are_the_rules():
    param = Param("W", np.zeros(1))
    assert run(Optimizer("momentum", [param], momentum=0.5), param, [[1.0], [0.0]], 1.0).tolist() == [-1.5]
    with pytest.raises(TypeError, match="sgd has no setting momentum"):
        Optimizer("sgd", [param], momentum=0.5)


def test_averaging_begins_when_validation_stalls():
    param = Param("W", np.zeros(1))
    optimizer = Optimizer("nt-asgd", [param])
    losses = [5, 4, 6, 6, 6, 4.5, 4.2, 5.1]  # the last five are not looked at: 4.2 is better than 5
    assert [optimizer.validated(loss) for loss in losses] == [False] * 7 + [True]
    run(optimizer, param, [[1.0], [2.0], [3.0]], 1.0)
    assert param.value.tolist() == [-6]
    with optimizer.averaged():
        np.testing.assert_allclose(param.value, [(-1 - 3 - 6) / 3])
    assert param.value.tolist() == [-6]
    assert not optimizer.validated(100)


def test_without_a_mean_values_stay():
    param = Param("W", np.ones(1))
    with Optimizer("nt-asgd", [param]).averaged():
        assert param.value.tolist() == [1]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_is_stored_goes_on_as_if_nothing_had_happened(name):
    whole, param = (Param("W", START.copy()) for _ in range(2))
    straight, first = Optimizer(name, [whole]), Optimizer(name, [param])
    for optimizer in (straight, first):
        for loss in [1, 2, 3, 4, 5, 6, 7]:
            optimizer.validated(loss)
    run(straight, whole, STEPS)
    run(first, param, STEPS[:2])
    tensors, numbers = first.state()
    copied = {name: tensor.copy() for name, tensor in tensors.items()}
    second = Optimizer(name, [param])
    second.restore(copied, json.loads(json.dumps(numbers)) | {"clip": 1e-9, "params": []})  # no state: options hold
    run(second, param, STEPS[2:])
    with second.averaged(), straight.averaged():
        np.testing.assert_array_equal(param.value, whole.value)
    assert (name == "nt-asgd") == any(key.startswith("average.") for key in tensors)


TORCH = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
    "adamax": ("Adamax", {}),
    "adamw": ("AdamW", {}),
    "nt-asgd": ("ASGD", {"t0": 0, "lambd": 0.0}),
}


@pytest.mark.peer
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_pytorch_agrees(name, l2):
    torch = pytest.importorskip("torch")
    if name == "adamw" and l2:
        pytest.skip("its weight decay is not l2")
    peer = torch.nn.Parameter(torch.tensor(START))
    kind, options = TORCH[name]
    decay = {} if name == "adamw" else {"weight_decay": l2}
    theirs = getattr(torch.optim, kind)([peer], lr=LR, **options, **decay)
    param = Param("W", START.copy())
    optimizer = Optimizer(name, [param], l2=l2, clip=1.0)
    for step, gradient in enumerate(STEPS):
        if step == 1:  # theirs takes the second value for the first of the mean
            for loss in range(7):
                optimizer.validated(loss)
        peer.grad = torch.tensor(gradient)
        torch.nn.utils.clip_grad_norm_([peer], 1.0)
        theirs.step()
        param.add(gradient)
        optimizer.step(LR)
    # They divide by the norm plus 1e-6.
    np.testing.assert_allclose(param.value, peer.detach().numpy(), rtol=1e-4, atol=1e-6)
    if name == "nt-asgd":
        with optimizer.averaged():
            np.testing.assert_allclose(param.value, theirs.state[peer]["ax"].numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_compiled_is_numpy(name, monkeypatch):
    """Of float32 parameters, cut into spans for two threads."""
    monkeypatch.setattr("embedkit.training.optim.SPAN", 7)
    found = []
    for is_compiled, threads in ((False, 1), (True, 1), (True, 2)):
        params = [Param("W", START.astype(np.float32).repeat(9, 0)), Param("E", START.astype(np.float32))]
        optimizer = Optimizer(name, params, clip=1.0, threads=threads)
        assert optimizer._is_compiled
        with monkeypatch.context() as patch:
            patch.setattr(Optimizer, "_is_compiled", is_compiled)
            for gradient in STEPS:
                params[0].add(gradient.repeat(9, 0))
                params[1].add_rows(np.array([2, 0]), gradient[:2].astype(np.float32))
                optimizer.step(LR)
        found.append([param.value for param in params] + [slot for slots in optimizer.slots.values() for slot in slots])
    for expected, one, two in zip(*found):
        np.testing.assert_allclose(one, expected, rtol=2e-5, atol=1e-6)
        np.testing.assert_array_equal(two, one)
