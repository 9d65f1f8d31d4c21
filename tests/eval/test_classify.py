"""The regression against scipy's minimum, folds that keep apart what they should, and L-BFGS."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.eval import lbfgs
from embedkit.eval.classify import PENALTY, cross_validate, fit
from embedkit.eval.lbfgs import minimize


def data(n=90, classes=3):
    rng = np.random.default_rng(4)
    ys = np.arange(n) % classes
    xs = np.hstack([rng.normal(size=(n, 4)) + np.eye(classes, 4)[ys], np.ones((n, 1))])
    return xs, ys


def test_the_minimum_is_that_of_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    xs, ys = data()

    def loss(flat):
        """Written out, one text after another."""
        weights = flat.reshape(5, 3)
        losses = [np.log(np.exp(x @ weights).sum()) - x @ weights[:, y] for x, y in zip(xs, ys)]
        return sum(losses) + PENALTY * (weights[:-1] ** 2).sum() / 2

    ours = fit(xs, ys, 3)
    theirs = optimize.minimize(loss, np.zeros(15), tol=1e-9).x.reshape(5, 3)
    # A constant added to every class changes nothing but the unpenalized row.
    assert ours[:-1] == pytest.approx(theirs[:-1], abs=1e-3)
    assert np.diff(ours[-1]) == pytest.approx(np.diff(theirs[-1]), abs=1e-3)


def test_rosenbrock():
    def valley(x):
        a, b = 1 - x[0], x[1] - x[0] ** 2
        return a * a + 100 * b * b, np.array([-2 * a - 400 * x[0] * b, 200 * b])

    assert minimize(valley, np.array([-1.2, 1])) == pytest.approx([1, 1], abs=1e-4)


def test_no_convergence_is_no_answer(monkeypatch):
    monkeypatch.setattr(lbfgs, "ROUNDS", 2)
    with pytest.raises(EmbedkitError, match="did not converge in 2 steps"):
        minimize(lambda x: (float(((x - 3) ** 4).sum()), 4 * (x - 3) ** 3), np.zeros(3))


def test_what_can_be_told_apart_is():
    labels = np.array(["x", "y", "z"] * 20)
    rows = np.eye(3)[np.arange(60) % 3] + np.random.default_rng(1).normal(size=(60, 3)) * 0.05
    assert cross_validate(rows, labels).all()
    # Noise says nothing about labels: a third is right by chance, where training rows would be fitted.
    noise = np.random.default_rng(2).normal(size=(60, 40))
    assert 0.1 < cross_validate(noise, labels).mean() < 0.6


@pytest.mark.parametrize("labels", [["x"] * 30, ["x"] * 20 + ["y"] * 9])
def test_too_few(labels):
    with pytest.raises(EmbedkitError, match="texts with known words"):
        cross_validate(np.ones((len(labels), 2)), np.array(labels))
