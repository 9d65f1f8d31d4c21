"""Weight initialization: `f(rng, shape, dtype) -> array` of shape (fan_in, fan_out), rng a `numpy.random.Generator`."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np


def uniform(rng, shape, dtype=np.float32, bound: float = 0.1) -> np.ndarray:
    """Evenly from -bound to bound."""
    return rng.uniform(-bound, bound, shape).astype(dtype)


def narrow(std: float) -> Callable:
    """Normal, with this standard deviation, whatever the shape (GPT-2: 0.02)."""

    def initializer(rng, shape, dtype=np.float32):
        return rng.normal(0, std, shape).astype(dtype)

    return initializer


def xavier(rng, shape, dtype=np.float32) -> np.ndarray:
    """Evenly, with variance 2 / (fan_in + fan_out), which keeps the size of activations and gradients (Glorot & Bengio
    2010)."""
    return uniform(rng, shape, dtype, math.sqrt(6 / sum(shape)))


def he(rng, shape, dtype=np.float32) -> np.ndarray:
    """Normal, with variance 2 / fan_in, for ReLU (He et al. 2015)."""
    return rng.normal(0, math.sqrt(2 / shape[0]), shape).astype(dtype)


def normal(rng, shape, dtype=np.float32) -> np.ndarray:
    """Normal, with variance 1 / fan_in, which keeps the size of activations."""
    return rng.normal(0, math.sqrt(1 / shape[0]), shape).astype(dtype)


def orthogonal(rng, shape, dtype=np.float32) -> np.ndarray:
    """Rows (or columns, whichever are fewer) of length 1 at right angles, evenly over all such (Saxe et al. 2014)."""
    Q, R = np.linalg.qr(rng.normal(size=(max(shape), min(shape))))
    Q *= np.where(np.diag(R) < 0, -1, 1)  # without the signs the distribution would depend on how QR is computed
    return np.ascontiguousarray(Q if shape[0] >= shape[1] else Q.T, dtype)


def zeros(rng, shape, dtype=np.float32) -> np.ndarray:
    """0, for biases."""
    return np.zeros(shape, dtype)


def ones(rng, shape, dtype=np.float32) -> np.ndarray:
    """1, for gains."""
    return np.ones(shape, dtype)


INITIALIZERS = {f.__name__: f for f in (uniform, xavier, he, normal, orthogonal)}


def of_layer(name: str) -> Callable:
    """The initializer `name` for the weights of a hidden layer; "uniform" is even within 1 / sqrt(fan_out)."""
    return _scaled if name == "uniform" else INITIALIZERS[name]


def _scaled(rng, shape, dtype=np.float32) -> np.ndarray:
    return uniform(rng, shape, dtype, shape[1] ** -0.5)
