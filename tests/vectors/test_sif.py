"""SIF against the authors' formula, written out with numpy's SVD."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import EmbedkitError
from embedkit.text.vocab import Vocab
from embedkit.vectors.sif import Sif, common_component, without
from embedkit.vectors.vectors import Vectors

TEXTS = [[0, 1, 0], [2], [3, 1, 1, 4], [4, 2, 0]]


@pytest.fixture
def source():
    rows = np.random.default_rng(0).normal(0.3, 1, (5, 7)).astype(np.float32)
    return Vectors(Vocab.from_words("abcde", [50, 30, 10, 9, 1]), rows)


def naive(source, texts, a):
    """SIF_embedding.py: weighted sums divided by the words, minus the projection on the first right singular vector."""
    weight = {id: a / (a + count / 100) for id, count in enumerate(source.vocab.counts.tolist())}
    rows = np.array([sum(weight[id] * source.matrix[id].astype(float) for id in ids) / len(ids) for ids in texts])
    first = np.linalg.svd(rows, full_matrices=False)[2][0]
    return rows - np.outer(rows @ first, first)


@pytest.mark.parametrize("a", [1e-3, 0.5])
def test_equals_the_naive_twin(source, a):
    sif = Sif(source, a)
    rows = [sif.mean(np.array(ids)) for ids in TEXTS]
    np.testing.assert_allclose(without(rows, common_component(rows)), naive(source, TEXTS, a), atol=1e-6)


def test_one_direction_has_no_component(source):
    row = source.matrix[0]
    assert common_component([]) is None
    assert common_component([row]) is None
    assert common_component([row, -2 * row]) is None
    assert common_component([row, source.matrix[1]]) is not None


def test_words_without_a_count_weigh_one(source):
    assert Sif(source).weights(np.array([0, 5])).tolist() == [1e-3 / (1e-3 + 0.5), 1]


def test_what_has_no_frequencies_is_refused(source, sparse):
    with pytest.raises(EmbedkitError, match="no counts"):
        Sif(Vectors(Vocab.from_words("abcde"), source.matrix))
    with pytest.raises(EmbedkitError, match="dense"):
        Sif(sparse)
