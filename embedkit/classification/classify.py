"""Labels of lines, with their probabilities."""

from __future__ import annotations

import numpy as np


def likeliest(probabilities: np.ndarray, top: int, threshold: float = 0.0) -> np.ndarray:
    """The labels of a text, likeliest first: at most `top`, with at least the probability `threshold`.

    probabilities : (K,) float32
    """
    order = np.argsort(-probabilities, kind="stable")[:top]
    return order[probabilities[order] >= threshold]
