"""Learners of word vectors: validation by data sets, the best epoch, and the vectors that a finished loop leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..vectors.vectors import Vectors
from .contract import Run
from .loop import Diverged, Learner, Loop

PART = 1 << 16  # numbers looked at in one go


class VectorLearner(Learner):
    """A learner whose result is `Vectors`; `run.validation` measures them after every epoch."""

    run: Run

    def vectors(self, matrix: np.ndarray | None = None) -> Vectors:
        """The vectors of now; with `matrix` (V, dim) float32 and what else a `snapshot` has, those."""
        raise NotImplementedError

    def learnt(self) -> Sequence[np.ndarray]:
        """The parameters, flat arrays."""
        raise NotImplementedError

    def check_finite(self) -> None:
        # A loss shows a NaN only when the next example meets it.
        for table in self.learnt():
            if not all(np.isfinite(table[at : at + PART]).all() for at in range(0, len(table), PART)):
                raise Diverged("the vectors are no longer finite")

    def validate(self) -> dict[str, float]:
        return self.run.validation(self.vectors()) if self.run.validation else {}

    def quality(self, scores: dict[str, float]) -> float:
        return sum(scores.values()) / len(scores)

    def report(self, loss: float, scores: dict[str, float], lr: float) -> tuple[str, dict]:
        said = "".join(f", {name} {value:.4f}" for name, value in scores.items())
        return f"loss {loss:.4f}{said}", {"valid": scores} if scores else {}

    def snapshot(self) -> dict[str, np.ndarray]:
        return {"matrix": np.array(self.vectors().matrix)}


def train_vectors(learner: VectorLearner, run: Run, epochs: int) -> Vectors:
    """The vectors of the last epoch, or of the best where the learner keeps it.

    Their metadata hold the mean loss per example of every epoch, the scores of `run.validation` after each, and which
    epoch was kept. EmbedkitError where training diverges, or where a checkpoint does not fit.
    """
    loop = Loop(learner, run, epochs)
    loop.train()
    vectors = learner.vectors(**loop.best)
    vectors.metadata["losses"] = loop.history.losses
    if loop.history.scores:
        vectors.metadata["valid"] = loop.history.scores
    if loop.best:
        vectors.metadata["best_epoch"] = loop.best_epoch
    return vectors
