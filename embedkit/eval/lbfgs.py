"""The least value of a smooth function: L-BFGS (Nocedal & Wright 2006, "Numerical optimization", algorithm 7.4)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import EmbedkitError

MEMORY = 10
ROUNDS = 1000
SMALL = 1e-5  # largest slope at which it is done


def minimize(function: Callable[[np.ndarray], tuple[float, np.ndarray]], x: np.ndarray) -> np.ndarray:
    """Where `function`, which gives its value and its gradient (n,) float64, is least, beginning at `x` (n,).

    Steps are halved until they gain enough (Armijo). Raises EmbedkitError if `ROUNDS` steps are too few.
    """
    value, slope = function(x)
    past: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(ROUNDS):
        if np.abs(slope).max() <= SMALL:
            return x
        direction = _direction(slope, past)
        step, gain = 1.0 if past else 1 / max(1.0, float(np.abs(slope).sum())), float(slope @ direction)
        while (found := function(x + step * direction))[0] > value + 1e-4 * step * gain and step > 1e-12:
            step /= 2
        moved, turned = step * direction, found[1] - slope
        if moved @ turned > 0:
            past = [*past, (moved, turned)][-MEMORY:]
        x, (value, slope) = x + moved, found
    raise EmbedkitError(f"logistic regression did not converge in {ROUNDS} steps")


def _direction(slope: np.ndarray, past: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Minus the inverse Hessian, as far as `past` (moves, changes of slope) knows it, times `slope`."""
    q, shares = slope.copy(), []
    for moved, turned in reversed(past):
        shares.append((moved @ q) / (moved @ turned))
        q -= shares[-1] * turned
    if past:
        moved, turned = past[-1]
        q *= (moved @ turned) / (turned @ turned)
    for (moved, turned), share in zip(past, reversed(shares)):
        q += moved * (share - (turned @ q) / (moved @ turned))
    return -q
