"""The regression against the minimum of the loss written out, and folds that keep apart what they should."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from embedkit.errors import EmbedkitError
from embedkit.eval import classify
from embedkit.eval.classify import PENALTY, cross_validate, fit


def data(n=90, classes=3):
    rng = np.random.default_rng(4)
    ys = np.arange(n) % classes
    xs = np.hstack([rng.normal(size=(n, 4)) + np.eye(classes, 4)[ys], np.ones((n, 1))])
    return xs, ys


def test_the_minimum_is_that_of_the_loss_written_out():
    xs, ys = data()

    def loss(flat):
        """Written out, one text after another."""
        weights = flat.reshape(5, 3)
        losses = [np.log(np.exp(x @ weights).sum()) - x @ weights[:, y] for x, y in zip(xs, ys)]
        return sum(losses) + PENALTY * (weights[:-1] ** 2).sum() / 2

    ours = fit(xs, ys, 3)
    theirs = minimize(loss, np.zeros(15), tol=1e-9).x.reshape(5, 3)
    # A constant added to every class changes nothing but the unpenalized row.
    assert ours[:-1] == pytest.approx(theirs[:-1], abs=1e-3)
    assert np.diff(ours[-1]) == pytest.approx(np.diff(theirs[-1]), abs=1e-3)


def test_no_convergence_is_no_answer(monkeypatch):
    monkeypatch.setattr(classify, "ROUNDS", 2)
    with pytest.raises(EmbedkitError, match="did not converge in 2 steps"):
        fit(*data(), 3)


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
