"""Where the probabilities of a text come from: a model, other models, caches, a copy that goes on learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..runtime.progress import SILENT, Progress
from .neural_cache import score_cached
from .perplexity import token_scores
from .protocol import LanguageModel
from .score import BATCH
from .unigram_cache import unigram_cache

MODEL, NEURAL, UNIGRAM, DYNAMIC = "model", "neural-cache", "unigram-cache", "dynamic"
Source = str | int  # a model that is mixed in is a number from 0 on


@dataclass(frozen=True)
class Sources:
    """`model`, and what is asked for besides.

    others : models, each with the ids (V,) that it has for the words of `model`
    neural_cache : words in the cache, None for no cache
    unigram_cache : words after which one weighs 1 / e in the cache, None for no cache
    dynamic : whether a copy of the model goes on learning
    reset, batch : see `token_scores`; with `reset` there is nothing but `others`
    """

    model: LanguageModel
    others: Sequence[tuple[LanguageModel, np.ndarray]] = ()
    neural_cache: int | None = None
    unigram_cache: int | None = None
    dynamic: bool = False
    reset: bool = False
    batch: int = BATCH
    progress: Progress = SILENT

    @property
    def names(self) -> list[Source]:
        """Those there are, the model first."""
        asked = {NEURAL: self.neural_cache, UNIGRAM: self.unigram_cache, DYNAMIC: self.dynamic}
        return [MODEL, *range(len(self.others)), *(name for name, value in asked.items() if value)]

    def read(self, ids: np.ndarray, settings: Mapping[Source, Sequence[float]]) -> dict[Source, np.ndarray]:
        """Natural log probabilities (G, N) float64 of the text `ids` (N,), from every source.

        `settings` has G values for the neural cache (θ) and for the dynamic copy (learning rate); otherwise G is 1.
        """
        model, found = self.model, {}
        if self.neural_cache:
            static, found[NEURAL] = score_cached(model, ids, self.neural_cache, settings[NEURAL], self.progress)
            found[MODEL] = static[None]
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
        return token_scores(model, ids, reset=self.reset, batch=self.batch, progress=self.progress)[None]
