"""Every loss's step against the slope of the loss, by central differences in float64."""

from __future__ import annotations

import _word2vec as w2v
import naive
import numpy as np
import pytest

from embedkit.neural.word2vec import _kernels

LINES = [[0, 1, 2, 0, 3], [4, 5]]
CASES = [
    ("skipgram", {}),
    ("skipgram", {"share_negatives": "none"}),
    ("cbow", {"cbow_gradient": "divided"}),
    ("cbow", {"cbow_gradient": "word2vec"}),
    ("cbow", {"combine": "sum"}),
    ("cbow", {"cbow_gradient": "divided", "position_weights": True}),
    ("cbow", {"cbow_gradient": "word2vec", "position_weights": True}),
    ("cbow", {"combine": "sum", "position_weights": True}),
    ("skipgram", {"minn": 2, "maxn": 3, "buckets": 50}),
    ("skipgram", {"minn": 2, "maxn": 3, "buckets": 50, "pooling": "sum"}),
    ("cbow", {"minn": 2, "maxn": 3, "buckets": 50, "combine": "sum"}),
]


def slope(loss, tables: w2v.Tables) -> w2v.Tables:
    """d loss() / d table for every number of every table, which `loss` reads."""
    slopes, h = w2v.Tables(*map(np.zeros_like, tables)), 1e-5
    for table, result in zip(tables, slopes):
        for at in np.ndindex(table.shape):
            value = table[at]
            ends = []
            for table[at] in (value + h, value - h):
                ends.append(loss())
            table[at] = value
            result[at] = (ends[0] - ends[1]) / (2 * h)
    return slopes


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
@pytest.mark.parametrize(("model", "options"), CASES, ids=str)
def test_a_step_is_the_slope_of_the_loss(model, options, loss):
    lr, state, moved = 1e-3, 77, []
    for sign in (1, -1):
        # The same steps forth and back: what is left of their difference is the first order in lr.
        trainer = w2v.trainer_of(model, w2v.corpus_of(LINES), dim=3, window=2, negative=3, loss=loss, **options)
        w2v.shake(trainer, scale=1.0)
        before = w2v.Tables.of(trainer)
        w2v.run_kernel(trainer, state, sign * lr)
        moved.append(w2v.Tables.of(trainer))
    expected, subwords = w2v.Tables(*map(np.zeros_like, before)), w2v.subwords_of(trainer)
    for step in w2v.steps_of(trainer, model, state):

        def step_loss(step=step):
            inputs = naive.composed(before.inputs, subwords, trainer.plan.pooled) if subwords else before.inputs
            hidden = naive.word2vec_hidden(model, step, inputs, before.positions, trainer.plan.mean)
            scores = hidden @ before.outputs[step.rows].T
            return naive.word2vec_loss(scores, step.right, trainer.plan.loss == 2)

        # word2vec gives each of n words the whole gradient of their mean, which is n times their share.
        whole = model == "cbow" and trainer.plan.mean and not trainer.plan.divided
        factors = (len(step.words), 1, len(step.words)) if whole else (1, 1, 1)
        if subwords:  # and fastText gives each of n rows the whole gradient of theirs; of a sum, we give a share
            (n,) = {len(rows) for rows in subwords}
            factors = (n if trainer.plan.pooled else 1 / n, 1, 1)
        for total, part, factor in zip(expected, slope(step_loss, before), factors):
            total -= factor * part
    for forth, back, gradient in zip(*moved, expected):
        assert not gradient.size or np.abs(gradient).max() > 0.1
        np.testing.assert_allclose((forth - back) / (2 * lr), gradient, rtol=3e-4, atol=5e-4)


def test_the_rate_falls_linearly_to_a_floor():
    for done, expected in ((0.0, 0.05), (0.5, 0.025), (0.9, 0.005), (0.99995, 5e-6), (1.0, 5e-6), (1.1, 5e-6)):
        assert _kernels.rate(0.05, done) == pytest.approx(expected, rel=1e-5)
