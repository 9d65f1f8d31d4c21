"""Truncated SVD against the dense one."""

from __future__ import annotations

import numpy as np
import pytest
from _csr import csr_of

from embedkit.config import Config, Training
from embedkit.count import truncated_svd as decompose
from embedkit.count.counts import Counts
from embedkit.count.svd import MODEL, Svd
from embedkit.count.truncated_svd import truncated_svd
from embedkit.errors import EmbedkitError
from embedkit.text.vocab import Vocab
from embedkit.training.contract import Run


def sparse(rows=120, columns=None, density=0.15, seed=0):
    rng, shape = np.random.default_rng(seed), (rows, columns or rows)
    dense = (rng.random(shape) * (rng.random(shape) < density)).astype(np.float32)
    return dense, csr_of(dense)


@pytest.fixture(params=["lapack", "krylov"])
def method(request, monkeypatch):
    """Both ways to an SVD: small matrices would always go to LAPACK."""
    if request.param == "krylov":
        monkeypatch.setattr(decompose, "DENSE", 0)
        monkeypatch.setattr(decompose, "BLOCK", 8)


@pytest.mark.usefixtures("method")
@pytest.mark.parametrize("shape", [(120, 120), (400, 90), (90, 400), (500, 21), (21, 500)])
def test_equals_the_dense_svd(shape):
    dense, csr = sparse(*shape)
    u, s, v = truncated_svd(csr, 20, tolerance=1e-6)
    u0, s0, vt0 = np.linalg.svd(dense.astype(np.float64), full_matrices=False)
    assert (u.shape, v.shape) == ((shape[0], 20), (shape[1], 20))
    np.testing.assert_allclose(s, s0[:20], rtol=1e-4)
    np.testing.assert_allclose(np.abs((u[:, :5] * u0[:, :5]).sum(0)), 1, atol=1e-3)
    np.testing.assert_allclose(np.abs((v[:, :5] * vt0[:5].T).sum(0)), 1, atol=1e-3)
    np.testing.assert_allclose(u.T @ u, np.eye(20), atol=1e-4)
    np.testing.assert_allclose(v.T @ v, np.eye(20), atol=1e-4)


@pytest.mark.usefixtures("method")
def test_signs_are_fixed_and_seeds_repeat():
    _, csr = sparse(seed=1)
    u, s, v = truncated_svd(csr, 10, seed=7)
    assert (u[np.abs(u).argmax(0), np.arange(10)] > 0).all()
    again = truncated_svd(csr, 10, seed=7)
    assert all(np.array_equal(a, b) for a, b in zip((u, s, v), again))


@pytest.mark.parametrize("symmetric", [False, True])
def test_tolerance_holds_for_a_flat_spectrum(monkeypatch, symmetric):
    monkeypatch.setattr(decompose, "DENSE", 0)
    monkeypatch.setattr(decompose, "BLOCK", 8)
    dense, _ = sparse(300, density=0.05, seed=3)
    dense = np.maximum(dense, dense.T)
    csr = csr_of(dense, symmetric)
    expected = np.linalg.svd(dense.astype(np.float64), compute_uv=False)[:20]
    _, s, _ = truncated_svd(csr, 20, 1e-3)
    assert (np.abs(1 - s / expected)[:10] < 1e-3).all()
    assert (np.abs(1 - s / expected) < 5e-3).all()


@pytest.mark.usefixtures("method")
def test_rank_below_dim_leaves_zeros():
    rng = np.random.default_rng(4)
    dense = (rng.random((90, 3)) @ rng.random((3, 90))).astype(np.float32)
    u, s, v = truncated_svd(csr_of(dense), 6)
    np.testing.assert_allclose((u * s) @ v.T, dense, atol=1e-3)
    assert (s[3:] < 1e-3).all()
    assert np.isfinite(u).all()


def counts(size=60):
    return Counts(Vocab.from_words([f"w{i}" for i in range(size)]), sparse(size, density=0.5)[1])


def train(options: Svd):
    return MODEL.train(counts(), Config(model=options, training=Training(threads=1)), Run())


def test_eig_scales_the_columns():
    plain, half = (train(Svd(dim=8, eig=eig)).matrix for eig in (0.0, 0.5))
    np.testing.assert_allclose(np.linalg.norm(plain, axis=0), 1, rtol=1e-4)
    scale = np.linalg.norm(half, axis=0)
    assert (np.diff(scale) <= 0).all()
    np.testing.assert_allclose(half, plain * scale, atol=1e-5)


def test_add_context_adds_the_right_singular_vectors():
    word = train(Svd(dim=8)).matrix
    both = train(Svd(dim=8, add_context=True)).matrix
    assert np.abs(both - word).max() > 0.01
    np.testing.assert_allclose(np.linalg.norm(both - word, axis=0), np.linalg.norm(word, axis=0), rtol=1e-4)


def test_dim_must_be_below_the_vocabulary():
    with pytest.raises(EmbedkitError, match="dim 60 needs more than 60 words; the vocabulary has 60"):
        train(Svd(dim=60))
