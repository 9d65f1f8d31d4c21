"""The neural cache: what came after states like this one (Grave, Joulin & Usunier 2017, equation 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..runtime.progress import SILENT, Progress
from .protocol import LanguageModel
from .score import chunks

QUERIES = 256  # states compared at a time: beside the cache they waste little of the product


class NeuralCache:
    """The last `size` hidden states of a text, each with the word that came next; it is fed the text part by part.

    With h the states and x the words that came next, the probability of a word w at t is

        p(w) = Σ exp(θ hₜ·hᵢ) 1[w = xᵢ] / Σ exp(θ hₜ·hᵢ),   both sums over t - size ≤ i < t

    and 1 / V where nothing is in the cache yet. `thetas` are G values of θ, all above 0, computed side by side.
    """

    def __init__(self, size: int, thetas: Sequence[float], V: int):
        self.size, self.thetas, self.V = size, np.asarray(thetas, np.float32), V
        self._states, self._words = None, np.empty(0, np.int64)

    def __call__(self, H: np.ndarray, words: np.ndarray) -> np.ndarray:
        """p (G, T) float64 of `words` (T,), each after its state in H (T, D) float32; then the cache has them."""
        past = len(self._words)
        states = np.concatenate([H[:0] if self._states is None else self._states, H])
        known = np.concatenate([self._words, words])
        found = np.empty((len(self.thetas), len(H)))
        for at in range(0, len(H), QUERIES):
            span = slice(at, min(at + QUERIES, len(H)))
            first = max(0, past + at - self.size)
            seen = slice(first, past + span.stop - 1)
            found[:, span] = self._look_up(H[span], words[span], states[seen], known[seen], past + at - first)
        # Copies: a view would keep everything.
        self._states, self._words = states[-self.size :].copy(), known[-self.size :].copy()
        return found

    def _look_up(self, H, words, states, known, offset: int) -> np.ndarray:
        """p (G, Q) of `words` (Q,): query q may see `states` (J, D) from q + offset - size to q + offset."""
        likeness = H @ states.T
        age = offset + np.arange(len(H))[:, None] - np.arange(len(states))
        likeness[(age < 1) | (age > self.size)] = -np.inf
        # Exponents of 0 and less; the bound is for a query that sees nothing.
        likeness -= likeness.max(axis=1, initial=np.finfo(np.float32).min, keepdims=True)
        is_same = np.equal(known, words[:, None]).astype(np.float32)
        found, weights = np.empty((len(self.thetas), len(H))), np.empty_like(likeness)
        for p, theta in zip(found, self.thetas):
            np.exp(np.multiply(likeness, theta, out=weights), out=weights)
            total = weights.sum(axis=1)
            p[...] = np.einsum("qj,qj->q", weights, is_same) / np.maximum(total, 1)
            p[total == 0] = 1 / self.V
        return found


def score_cached(
    model: LanguageModel, ids: np.ndarray, size: int, thetas: Sequence[float], progress: Progress = SILENT
) -> tuple[np.ndarray, np.ndarray]:
    """Natural log probabilities float64 of the ids (N,), read as one text: (N,) of the model, (G, N) of its cache."""
    cache, state, scores, cached = NeuralCache(size, thetas, len(model.vocab)), model.start(1), [], []
    with progress.bar(len(ids), "scoring", "tokens") as advance:
        for inputs, targets in chunks(model, ids):
            found, H, state = model.score_hidden(inputs, targets, state)
            scores.append(found[:, 0].astype(np.float64))
            cached.append(cache(H[:, 0], targets[:, 0]))
            advance(len(inputs))
    with np.errstate(divide="ignore"):
        return np.concatenate(scores), np.log(np.concatenate(cached, axis=1))
