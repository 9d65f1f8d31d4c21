"""Linear interpolation: the weighted mean of the probabilities that several sources give to each token."""

from __future__ import annotations

import numpy as np

TOLERANCE = 1e-9  # nats a token: with less to gain by another step, the weights stand


def mix(logs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Natural log probabilities (N,) of N tokens from those of K sources, `logs` (K, N), and their weights (K,)."""
    P, top = _scaled(logs)
    with np.errstate(divide="ignore"):
        return top + np.log(weights @ P)


def best_weights(logs: np.ndarray) -> np.ndarray:
    """The weights (K,) that give `mix` the highest mean; they sum to 1.

    Expectation maximization from equal weights: no step lowers the mean, and as it is concave in the weights, the top
    that is reached is the highest. Tokens that are impossible to all sources say nothing.
    """
    K, N = logs.shape
    P, top = _scaled(logs)
    P = P[:, top > -np.inf]
    weights, before = np.full(K, 1 / K), -np.inf
    while P.size and (mean := np.log(mass := weights @ P).mean()) > before + TOLERANCE:
        before = mean
        weights *= P @ (1 / mass) / P.shape[1]
        weights /= weights.sum()
    return weights


def _scaled(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (K, N) divided by the greatest of each token, and the logarithms (N,) of those."""
    top = logs.max(axis=0)
    return np.exp(logs - np.where(top > -np.inf, top, 0)), top
