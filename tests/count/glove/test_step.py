"""The step of GloVe against its formula: a slow twin, and slopes of the loss by finite differences."""

from __future__ import annotations

import _glove
import naive
import numpy as np
import pytest

from embedkit.training.loop import Diverged


@pytest.mark.parametrize(
    "options", [{}, {"x_max": 3.0, "alpha": 0.5, "dim": 37}, {"grad_clip": 0.01}, {"lr": 0.3}], ids=str
)
def test_an_epoch_equals_the_naive_twin(monkeypatch, options):
    _glove.small_blocks(monkeypatch)
    trainer = _glove.trainer_of(_glove.counts_of(), **options)
    tables, sums = _glove.float64(trainer)
    model, lr, loss = trainer.config.model, trainer.config.training.lr, 0.0
    for rows, columns in trainer.tiles.rounds(1, 0):
        entries = _glove.entries_of(trainer.tiles, rows, columns)
        loss += naive.glove(entries, tables, sums, (), model.x_max, model.alpha, lr, model.grad_clip)
    assert _glove.train(trainer)[0] * trainer.size == pytest.approx(loss, rel=1e-4)
    for mine, theirs in zip(_glove.float64(trainer), (tables, sums)):
        for ours, expected in zip(mine, theirs):
            np.testing.assert_allclose(ours, expected, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("count", [0.5, 20.0, 500.0])
def test_the_first_step_is_the_slope_of_the_loss(count):
    """Where all sums of squares are 1, vectors move by lr times the slope, biases by the slope."""
    dense = np.zeros((2, 2), np.float32)
    dense[0, 1] = count
    counts = _glove.counts_of(2)
    counts.matrix = _glove.csr_of(dense)
    trainer = _glove.trainer_of(counts, dim=4)
    for table in trainer.tables[:2]:
        table.reshape(-1, 32)[:, :4] = np.random.default_rng(3).normal(0, 0.5, (len(table) // 32, 4))
    (W, C, b, d), _ = _glove.float64(trainer)
    _glove.train(trainer)
    (W2, C2, b2, d2), _ = _glove.float64(trainer)
    i, j = trainer.tiles.rank
    parts, h = [W[i], C[j], b[i : i + 1], d[j : j + 1]], 1e-6
    moves = (W - W2)[i] / 0.05, (C - C2)[j] / 0.05, (b - b2)[i : i + 1], (d - d2)[j : j + 1]
    for part, moved in zip(parts, moves):
        slopes = np.empty(len(part))
        for at in range(len(part)):
            value, ends = part[at], []
            for part[at] in (value + h, value - h):
                ends.append(naive.glove_loss(W[i], C[j], b[i], d[j], count, 10.0, 0.75))
            part[at] = value
            slopes[at] = (ends[0] - ends[1]) / (2 * h)
        assert np.abs(slopes).max() > 0.01
        np.testing.assert_allclose(moved, slopes, rtol=1e-3, atol=1e-4)


def test_padding_stays_empty_and_frozen_rows_stay():
    trainer = _glove.trainer_of(_glove.counts_of())
    frozen = np.arange(30, dtype=np.uint8) % 2
    trainer.tables = trainer.tables._replace(frozen=frozen)
    before = _glove.float64(trainer)[0]
    losses = _glove.train(trainer, epochs=2)
    after = _glove.float64(trainer)[0]
    assert losses[1] < losses[0]
    assert (before[0] == after[0]).all(axis=1).tolist() == frozen.astype(bool).tolist()
    assert (before[1] != after[1]).all()
    rows = trainer.tables.contexts.reshape(-1, 32)
    assert (rows[:, 5:16] == 0).all()
    assert (rows[:, 21:] == 1).all()


def test_a_number_that_is_none_stops_at_its_pair():
    trainer = _glove.trainer_of(_glove.counts_of())
    trainer.tables.context_biases[2 * trainer.tiles.rank[4]] = np.inf
    with pytest.raises(Diverged, match=r"the error at the count of 'w\d+' with 'w4' is no finite number"):
        _glove.train(trainer)
    assert sum(int(np.isinf(table).sum()) for table in trainer.tables) == 1
