"""Mixtures of language models: the weighted mean of the probabilities that a model, other models and caches give to
each token (linear interpolation); and what a copy of the model that goes on learning gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..errors import EmbedkitError
from ..runtime.progress import SILENT, Progress
from .neural_cache import score_cached
from .perplexity import Perplexity, token_scores
from .protocol import LanguageModel
from .score import BATCH
from .unigram_cache import unigram_cache

MODEL, NEURAL, UNIGRAM, DYNAMIC = "model", "neural-cache", "unigram-cache", "dynamic"
Component = str | int  # a model that is mixed in is a number from 0 on
# Tried where a component has a setting: θ of the neural cache, learning rate of dynamic evaluation.
CHOICES = {NEURAL: (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0), DYNAMIC: (0.3, 1.0, 3.0)}
TOLERANCE = 1e-9  # nats a token: with less to gain by another step, the weights stand


def methods_of(components: Sequence[Component]) -> dict[str, list[Component]]:
    """The methods that these components allow, and the components of each: the model alone, with everything that is
    mixed in by itself, and with all at once."""
    methods = {MODEL: [MODEL]}
    if others := [name for name in components if isinstance(name, int)]:
        methods["interpolate"] = [MODEL, *others]
    methods |= {name: [MODEL, name] for name in (NEURAL, UNIGRAM) if name in components}
    if DYNAMIC in components:
        methods[DYNAMIC] = [DYNAMIC]
    return methods | {"all": list(components)} if len(methods) > 2 else methods


class Mixture:
    """A model and what is mixed with it, by every method; called with a text, it gives the perplexity by each.

    others : models, each with the ids (V,) that it has for the words of `model`
    neural_cache : words in the cache, None for no cache
    unigram_cache : words after which one weighs 1 / e in the cache, None for no cache
    dynamic : whether a copy of the model goes on learning (dynamic evaluation)
    theta, dynamic_lr : sharpness of the neural cache and learning rate of the copy; None for `tune` to choose
    weights : one, 0 or more, for each component; a method takes those of its components, scaled to the sum 1, and equal
        ones if all are 0. Where they are None, `tune` chooses them for every method
    reset, batch : see `token_scores`; with `reset` there is nothing but `others`
    """

    def __init__(
        self,
        model: LanguageModel,
        others: Sequence[tuple[LanguageModel, np.ndarray]] = (),
        neural_cache: int | None = None,
        unigram_cache: int | None = None,
        dynamic: bool = False,
        *,
        theta: float | None = None,
        dynamic_lr: float | None = None,
        weights: Sequence[float] | None = None,
        reset: bool = False,
        batch: int = BATCH,
        progress: Progress = SILENT,
    ):
        if neural_cache and not hasattr(model, "score_hidden"):
            raise EmbedkitError("has no hidden states for --neural-cache", "a --unigram-cache needs none")
        if dynamic and not hasattr(model, "adapting"):
            raise EmbedkitError("does not learn step by step, which --dynamic needs")
        self.model, self.others, self.neural_cache, self.unigram_cache = model, others, neural_cache, unigram_cache
        self.dynamic, self.settings = dynamic, {NEURAL: theta, DYNAMIC: dynamic_lr}
        self._options = {"reset": reset, "batch": batch, "progress": progress}
        asked = {NEURAL: neural_cache, UNIGRAM: unigram_cache, DYNAMIC: dynamic}
        components = [MODEL, *range(len(others)), *(name for name, value in asked.items() if value)]
        self.methods, self._is_given = methods_of(components), weights is not None
        given = dict(zip(components, weights or [1] * len(components)))
        self.weights = {method: _normalized([given[name] for name in parts]) for method, parts in self.methods.items()}

    def tune(self, ids: np.ndarray) -> None:
        """Choose what is not given so that the text `ids` (N,) is predicted best."""
        tried = {name: CHOICES[name] if value is None else (value,) for name, value in self.settings.items()}
        logs = self._read(ids, tried)
        for name in tried.keys() & logs.keys():
            rows = [logs | {name: row[None]} for row in logs[name]]
            means = [self._predict(name, row, self._weigh(name, row)).mean() for row in rows]
            # A learning rate may be so high that nothing is left of the model.
            best = int(np.argmax(np.nan_to_num(means, nan=-np.inf)))
            self.settings[name], logs = tried[name][best], rows[best]
        self.weights = {method: self._weigh(method, logs) for method in self.methods}

    def __call__(self, ids: np.ndarray) -> Iterator[tuple[str, Perplexity]]:
        """Every method, and its perplexity on the text `ids` (N,)."""
        logs = self._read(ids, {name: (value,) for name, value in self.settings.items()})
        for method, weights in self.weights.items():
            yield method, Perplexity.of(ids, self._predict(method, logs, weights), self.model.unk)

    def chosen(self, method: str) -> dict:
        """Settings and weights of a method, chosen or given; None for those that it has not."""
        parts, weights = self.methods[method], self.weights[method]
        return {
            "theta": self.settings[NEURAL] if NEURAL in parts else None,
            "dynamic_lr": self.settings[DYNAMIC] if DYNAMIC in parts else None,
            "lambda": [round(weight, 4) for weight in weights.tolist()] if len(parts) > 1 else None,
        }

    def _read(self, ids: np.ndarray, settings: Mapping[Component, Sequence[float]]) -> dict[Component, np.ndarray]:
        """Natural log probabilities (G, N) float64 of the text `ids` (N,), from every component.

        `settings` has G values for the neural cache (θ) and for the dynamic copy (learning rate); otherwise G is 1.
        """
        model, found = self.model, {}
        if self.neural_cache:
            progress = self._options["progress"]
            alone, found[NEURAL] = score_cached(model, ids, self.neural_cache, settings[NEURAL], progress)
            found[MODEL] = alone[None]
        else:
            found[MODEL] = self._score(model, ids)
        for i, (other, order) in enumerate(self.others):
            found[i] = self._score(other, order[ids])
        if self.unigram_cache:
            found[UNIGRAM] = unigram_cache(ids, self.unigram_cache, len(model.vocab))[None]
        if self.dynamic:
            found[DYNAMIC] = np.concatenate([self._score(model.adapting(lr=lr), ids) for lr in settings[DYNAMIC]])
        return found

    def _score(self, model: LanguageModel, ids: np.ndarray) -> np.ndarray:
        return token_scores(model, ids, **self._options)[None]

    def _weigh(self, method: str, logs: dict) -> np.ndarray:
        return self.weights[method] if self._is_given else best_weights(self._rows(method, logs))

    def _predict(self, method: str, logs: dict, weights: np.ndarray) -> np.ndarray:
        return mix(self._rows(method, logs), weights)

    def _rows(self, method: str, logs: dict) -> np.ndarray:
        return np.concatenate([logs[name] for name in self.methods[method]])


def _normalized(weights: list[float]) -> np.ndarray:
    weights = weights if any(weights) else [1] * len(weights)
    return np.array(weights) / sum(weights)


def mix(logs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Natural log probabilities (N,) of N tokens from those of K components, `logs` (K, N), and their weights (K,)."""
    P, top = _relative(logs)
    with np.errstate(divide="ignore"):
        return top + np.log(weights @ P)


def best_weights(logs: np.ndarray) -> np.ndarray:
    """The weights (K,) that give `mix` the highest mean; they sum to 1.

    Expectation maximization from equal weights: no step lowers the mean, and as it is concave in the weights, the top
    that is reached is the highest. Tokens that are impossible to all components say nothing.
    """
    K, N = logs.shape
    P, top = _relative(logs)
    P = P[:, top > -np.inf]
    weights, before = np.full(K, 1 / K), -np.inf
    while P.size and (mean := np.log(mass := weights @ P).mean()) > before + TOLERANCE:
        before = mean
        weights *= P @ (1 / mass) / P.shape[1]
        weights /= weights.sum()
    return weights


def _relative(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (K, N) divided by the greatest of each token, and the logarithms (N,) of those."""
    top = logs.max(axis=0)
    return np.exp(logs - np.where(top > -np.inf, top, 0)), top
