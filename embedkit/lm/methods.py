"""Methods to predict a text: the model alone, with each thing that is asked for besides, and with all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from .mixture import best_weights, mix
from .perplexity import Perplexity
from .sources import DYNAMIC, MODEL, NEURAL, UNIGRAM, Source, Sources

# What is tried where a source has a setting: θ of the neural cache, learning rate of dynamic evaluation.
CHOICES = {NEURAL: (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0), DYNAMIC: (0.3, 1.0, 3.0)}


def methods_of(names: Sequence[Source]) -> dict[str, list[Source]]:
    """The methods that sources of these names allow, and the sources of each."""
    methods = {MODEL: [MODEL]}
    if others := [name for name in names if isinstance(name, int)]:
        methods["interpolate"] = [MODEL, *others]
    methods |= {name: [MODEL, name] for name in (NEURAL, UNIGRAM) if name in names}
    if DYNAMIC in names:
        methods[DYNAMIC] = [DYNAMIC]
    return methods | {"all": list(names)} if len(methods) > 2 else methods


class Methods:
    """What every method says to a text; `parts` has the sources of each, `weights` (K,) what these weigh.

    settings : θ of the neural cache and learning rate of dynamic evaluation; what is None, `tune` chooses
    weights : one, 0 or more, for each of `sources.names`; a method takes those of its sources, scaled to the sum 1, and
        equal ones if all are 0. Where they are None, `tune` chooses them for every method
    """

    def __init__(
        self, sources: Sources, settings: Mapping[Source, float | None], weights: Sequence[float] | None = None
    ):
        self.sources, self.settings, self.parts = sources, dict(settings), methods_of(sources.names)
        self._is_given = weights is not None
        given = dict(zip(sources.names, weights or [1] * len(sources.names)))
        self.weights = {method: _scaled([given[name] for name in names]) for method, names in self.parts.items()}

    def tune(self, ids: np.ndarray) -> None:
        """Choose what is not given so that the text `ids` (N,) is predicted best."""
        tried = {name: CHOICES[name] if value is None else (value,) for name, value in self.settings.items()}
        logs = self.sources.read(ids, tried)
        for name in tried.keys() & logs.keys():
            rows = [logs | {name: row[None]} for row in logs[name]]
            means = [self._predict(name, row, self._weigh(name, row)).mean() for row in rows]
            # A learning rate may be so high that nothing is left of the model.
            best = int(np.argmax(np.nan_to_num(means, nan=-np.inf)))
            self.settings[name], logs = tried[name][best], rows[best]
        self.weights = {method: self._weigh(method, logs) for method in self.parts}

    def __call__(self, ids: np.ndarray) -> Iterator[tuple[str, Perplexity]]:
        """Every method, and what it says to the text `ids` (N,)."""
        logs, unk = self.sources.read(ids, {name: (x,) for name, x in self.settings.items()}), self.sources.model.unk
        for method, weights in self.weights.items():
            yield method, Perplexity.of(ids, self._predict(method, logs, weights), unk)

    def _weigh(self, method: str, logs: dict) -> np.ndarray:
        return self.weights[method] if self._is_given else best_weights(self._rows(method, logs))

    def _predict(self, method: str, logs: dict, weights: np.ndarray) -> np.ndarray:
        return mix(self._rows(method, logs), weights)

    def _rows(self, method: str, logs: dict) -> np.ndarray:
        return np.concatenate([logs[name] for name in self.parts[method]])


def _scaled(weights: list[float]) -> np.ndarray:
    weights = weights if any(weights) else [1] * len(weights)
    return np.array(weights) / sum(weights)
