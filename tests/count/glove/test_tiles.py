"""Tiles hold every count once, and a round meets every block once on each side."""

from __future__ import annotations

import _glove
import numpy as np
import pytest

from embedkit.count.glove.tiles import Tiles, edges
from embedkit.errors import EmbedkitError
from embedkit.runtime.memory import Memory


@pytest.mark.parametrize(
    ("V", "words"), [(1, 64), (64, 64), (65, 64), (2000, 125), (40_000, 512), (10**6, 977), (10**8, 1 << 16)]
)
def test_blocks_cover_the_vocabulary(V, words):
    found = edges(V)
    assert (found[0], found[-1]) == (0, V)
    assert (np.diff(found) > 0).all()
    assert np.diff(found).max() == min(V, words)


def test_every_count_is_in_its_tile_once_an_epoch(monkeypatch):
    _glove.small_blocks(monkeypatch)
    matrix = _glove.counts_of().matrix
    tiles, met = Tiles(matrix, 1, Memory()), []
    for rows, columns in tiles.rounds(1, 0):
        assert sorted(rows) == sorted(columns) == [*range(5)]
        assert tiles.sizes(rows, columns).sum() == len(_glove.entries_of(tiles, rows, columns))
        met += _glove.entries_of(tiles, rows, columns)
    dense = matrix.dense()[tiles.order][:, tiles.order]
    assert len(met) == len({(i, j) for i, j, _ in met}) == matrix.nnz
    np.testing.assert_allclose([count for *_, count in met], [dense[i, j] for i, j, _ in met], rtol=1e-6)


def test_the_order_is_that_of_seed_and_epoch(monkeypatch):
    _glove.small_blocks(monkeypatch)
    matrix = _glove.counts_of().matrix

    def order(seed, epoch):
        tiles = Tiles(matrix, seed, Memory())
        return [entry for tile in tiles.rounds(seed, epoch) for entry in _glove.entries_of(tiles, *tile)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)
    tiles = Tiles(matrix, 1, Memory())
    rows = [i for i, *_ in _glove.entries_of(tiles, [0], [0])]
    assert rows != sorted(rows)
    np.testing.assert_array_equal(tiles.order[tiles.rank], np.arange(30))


def test_out_of_memory_is_the_same():
    matrix = _glove.counts_of().matrix
    inside, outside = Tiles(matrix, 1, Memory()), Tiles(matrix, 1, Memory(1000))
    assert isinstance(outside.cells.base, np.memmap)
    assert not isinstance(inside.cells.base, np.memmap)
    for name in ("cells", "logs", "starts"):
        np.testing.assert_array_equal(getattr(inside, name), getattr(outside, name))


def test_a_column_that_is_none_is_refused():
    counts = _glove.counts_of()
    counts.matrix.indices[3] = 30
    with pytest.raises(EmbedkitError, match="past the last column"):
        Tiles(counts.matrix, 1, Memory())
