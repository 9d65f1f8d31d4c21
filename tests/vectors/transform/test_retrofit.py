"""Retrofitting and debiasing as their authors' programs do it, one word after another."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from embedkit.vectors.transform.debias import debias, direction
from embedkit.vectors.transform.retrofit import retrofit

V, D = 30, 6


@pytest.fixture
def rows():
    return np.random.default_rng(2).normal(size=(V, D)).astype(np.float32)


def theirs(vectors: dict[int, np.ndarray], lexicon: dict[int, list[int]], sweeps: int) -> dict[int, np.ndarray]:
    """The loops of Faruqui et al.'s retrofit.py, over the words in the order of their ids."""
    new = deepcopy(vectors)
    for _ in range(sweeps):
        for word in sorted(set(vectors) & set(lexicon)):
            neighbours = set(lexicon[word]) & set(vectors)
            if neighbours:
                vector = len(neighbours) * vectors[word]
                for other in neighbours:
                    vector = vector + new[other]
                new[word] = vector / (2 * len(neighbours))
    return new


@pytest.mark.parametrize("sweeps", [1, 10])
def test_retrofitting_is_that_of_the_authors(rows, sweeps):
    rng = np.random.default_rng(3)
    lexicon = {int(word): rng.choice(V, rng.integers(0, 6), replace=False).tolist() for word in rng.permutation(V)[:20]}
    expected = theirs({i: row.astype(np.float64) for i, row in enumerate(rows)}, lexicon, sweeps)
    found = retrofit(rows, lexicon, sweeps)
    assert found == pytest.approx(np.array([expected[i] for i in range(V)]), abs=1e-6)
    assert found.dtype == np.float32
    untouched = [i for i in range(V) if not lexicon.get(i)]
    assert (found[untouched] == rows[untouched]).all()


def test_retrofitting_converges(rows):
    """At the end equation 2 holds at every word."""
    lexicon = {i: [(i + 1) % V, (i + 7) % V] for i in range(V)}
    found = retrofit(rows, lexicon, 60)
    for i, near in lexicon.items():
        assert found[i] == pytest.approx((2 * rows[i] + found[near[0]] + found[near[1]]) / 4, abs=1e-5)


def unit(row):
    return row / np.linalg.norm(row)


def naive_debias(rows, definitional, equalize, specific):
    """Neutralize and equalize of Bolukbasi et al. (2016), as their debias.py goes."""
    rows = [unit(row.astype(np.float64)) for row in rows]
    parts = []
    for a, b in definitional:
        middle = (rows[a] + rows[b]) / 2
        parts += [rows[a] - middle, rows[b] - middle]
    _, axes = np.linalg.eigh(np.array(parts).T @ np.array(parts))
    axis = axes[:, -1]

    def drop(row):
        return row - axis * (row @ axis)

    rows = [unit(row if i in specific else drop(row)) for i, row in enumerate(rows)]
    for a, b in equalize:
        y = drop((rows[a] + rows[b]) / 2)
        z = np.sqrt(1 - np.linalg.norm(y) ** 2)
        z = -z if (rows[a] - rows[b]) @ axis < 0 else z
        rows[a], rows[b] = z * axis + y, -z * axis + y
    return np.array([unit(row) for row in rows])


def test_debiasing(rows):
    definitional, equalize, specific = [(0, 1), (2, 3), (4, 5)], [(0, 1), (6, 7)], [0, 1, 2, 3, 6, 7, 8]
    found = debias(rows, definitional, equalize, specific)
    assert found == pytest.approx(naive_debias(rows, definitional, equalize, specific), abs=1e-6)
    axis = direction(np.array([unit(row) for row in rows]), definitional)
    neutral = [i for i in range(V) if i not in specific]
    assert found[neutral] @ axis == pytest.approx(0, abs=1e-6)
    assert found[neutral] @ found[0] == pytest.approx(found[neutral] @ found[1], abs=1e-6)
