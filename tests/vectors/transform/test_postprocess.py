"""Steps against the same arithmetic on the whole matrix at once."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from embedkit.errors import EmbedkitError, OptionError
from embedkit.text.vocab import Vocab
from embedkit.vectors.transform import rows as module
from embedkit.vectors.transform.postprocess import parse_steps, postprocess, resolve
from embedkit.vectors.vectors import Vectors


def make(matrix) -> Vectors:
    matrix = np.asarray(matrix, np.float32)
    return Vectors(Vocab.from_words([f"w{i}" for i in range(len(matrix))]), matrix)


def after(matrix, steps: str) -> np.ndarray:
    source = make(matrix)
    return postprocess(source, resolve(parse_steps(steps), source.width))


def uneven(V: int = 211, D: int = 7, seed: int = 1) -> np.ndarray:
    """Rows with a mean far from zero, directions of very different strength, and a zero row."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(V, D)) * 2.0 ** np.arange(D) @ np.linalg.qr(rng.normal(size=(D, D)))[0] + 30
    matrix[3] = 0
    return matrix.astype(np.float32)


def naive(x: np.ndarray, steps: str) -> np.ndarray:
    """The definitions, in float64."""
    x = x.astype(np.float64)
    for step in steps.split(","):
        name, _, d = step.partition(":")
        if name == "unit":
            x = np.array([row / np.linalg.norm(row) if row.any() else row for row in x])
            continue
        x = x - x.mean(0)
        _, s, axes = np.linalg.svd(x, full_matrices=False)
        axes = np.array([axis * (1 if axis[np.abs(axis).argmax()] > 0 else -1) for axis in axes])
        if name == "abtt":
            for axis in axes[: int(d or 1)]:
                x = x - np.outer(x @ axis, axis)
        if name == "whiten":
            x = x @ axes.T @ np.diag(np.sqrt(len(x)) / s) @ axes
        if name == "pca":
            x = x @ axes[: int(d)].T
    return x


STEPS = [
    "center", "unit", "abtt:2", "abtt", "whiten", "pca:3", "pca:7", "center,unit", "unit,center", "unit,abtt:1,unit",
    "pca:4,whiten", "center,unit,abtt:2,pca:3,unit",
]  # fmt: skip


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("block", [1 << 18, 40])
def test_equals_the_naive_twin(steps, block, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    got, expected = after(uneven(), steps), naive(uneven(), steps)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=2e-6, atol=1e-6 * np.abs(expected).max())


SQUARE = [[5, 1], [5, -1], [1, 1], [1, -1]]  # mean (3, 0), variances 4 and 1


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("center", [[2, 1], [2, -1], [-2, 1], [-2, -1]]),
        ("abtt:1", [[0, 1], [0, -1], [0, 1], [0, -1]]),
        ("whiten", [[1, 1], [1, -1], [-1, 1], [-1, -1]]),
        ("pca:1", [[2], [2], [-2], [-2]]),
        ("abtt:2", [[0, 0]] * 4),
    ],
)
def test_by_hand(steps, expected):
    np.testing.assert_allclose(after(SQUARE, steps), expected, atol=1e-7)


def test_unit_leaves_zero_rows():
    assert after([[3, 4], [0, 0], [0, -2]], "unit").tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0], [0, -1]]


def test_whitening_leaves_directions_without_variance_at_zero():
    flat = np.concatenate([uneven(), np.full((211, 1), 9, np.float32)], axis=1)
    got = after(flat, "whiten")
    assert np.isfinite(got).all()
    assert not got[:, -1].any()
    np.testing.assert_allclose(np.cov(got.T, bias=True)[:-1, :-1], np.eye(7), atol=1e-5)


def test_rows_that_are_all_the_same():
    for steps in ("center", "abtt", "whiten", "pca:1"):
        assert not after([[2, 3], [2, 3]], steps).any()


def test_the_default_of_abtt_is_a_hundredth():
    assert [resolve(parse_steps("abtt"), width) for width in (4, 100, 300)] == [[("abtt", d)] for d in (1, 1, 3)]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("centre", "there is no step 'centre'"),
        ("", "there is no step ''"),
        ("center,,unit", "there is no step ''"),
        ("pca", "pca takes a number of dimensions"),
        ("unit:2", "unit takes no number of dimensions"),
        ("pca:", "pca:: '' is not a number of dimensions"),
        ("pca:0", "pca:0: '0' is not a number of dimensions"),
        ("abtt:-1", "abtt:-1: '-1' is not a number of dimensions"),
        ("abtt:1.5", "abtt:1.5: '1.5' is not a number of dimensions"),
    ],
)
def test_wrong_steps(steps, message):
    with pytest.raises(OptionError) as error:
        parse_steps(steps)
    assert str(error.value) == message
    assert error.value.hint.startswith("steps: center")


def test_more_dimensions_than_there_are():
    with pytest.raises(EmbedkitError, match="abtt:4 where vectors have 3 dimensions"):
        resolve(parse_steps("pca:3,abtt:4"), 7)


def test_memory_is_the_result_and_a_few_blocks():
    source = make(np.ones((40_000, 64)))
    tracemalloc.start()
    postprocess(source, [("center", None), ("abtt", 2), ("unit", None)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < source.matrix.nbytes + 10 * 8 * module.BLOCK
