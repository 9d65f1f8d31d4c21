"""The training loop: epochs of steps, validation after each, the best epoch kept, checkpoints, resumption."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import numpy as np

from ..errors import EmbedkitError, FormatError
from .contract import Run

BEST = "best."  # in a checkpoint, before the names of the tensors of the best epoch


class Step(NamedTuple):
    """The sum of the losses of one step, the number of examples they are of, and the words or tokens it has read."""

    loss: float
    examples: int
    read: int


class Diverged(Exception):
    """Raised by a learner whose numbers ran away; the message says which."""


class Learner:
    """A model as the loop sees it: its parameters, and how to change, measure, keep and restore them.

    size : words or tokens of an epoch, by the name of `unit`
    keeps_best : whether the parameters of the best validated epoch are kept beside the last ones
    remedy : what to try where training diverges
    no_examples : message and hint where an epoch has none
    """

    unit, size, keeps_best, remedy = "words", 0, False, "train with a lower --lr"
    no_examples = ("the text gives no example to learn from", "more text has some")

    def __len__(self) -> int:
        """Steps of an epoch."""
        raise NotImplementedError

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        """Take the steps from number `first` on, until the epoch ends or a checkpoint is `due`."""
        raise NotImplementedError

    def lr(self, epoch: int, step: int) -> float:
        """The learning rate of a step; of number `len(self)`, that at the end of the epoch."""
        raise NotImplementedError

    def warm_up(self, is_new: bool) -> dict:
        """Load the kernels, so that speeds are theirs; facts for the log. `is_new`: the run was not resumed."""
        return {}

    def check_finite(self) -> None:
        """Raise Diverged where a parameter is infinite or no number."""

    def validate(self) -> dict[str, float]:
        """Validation scores by name; none where there is nothing to validate on."""
        return {}

    def quality(self, scores: dict[str, float]) -> float:
        """The number that compares epochs by their validation scores; higher is better."""
        raise NotImplementedError

    def report(self, loss: float, scores: dict[str, float], lr: float) -> tuple[str, dict]:
        """An epoch in words, and as facts for the log."""
        raise NotImplementedError

    def end_epoch(self, epoch: int) -> None:
        """Forget what no epoch hands on to the next; `epoch` of them are finished."""

    def snapshot(self) -> dict[str, np.ndarray]:
        """Copies of the tensors that the result consists of."""
        raise NotImplementedError

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        """Everything a checkpoint needs: tensors, and JSON-able numbers."""
        raise NotImplementedError

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        """The inverse of `state`; the tensors are read-only."""
        raise NotImplementedError


@dataclass
class History:
    """The position of a training, and its record.

    epoch, step : finished epochs, and finished steps of the next
    loss, examples, read : sums over these steps (see `Step`)
    losses : mean loss of each epoch; scores : what validation gave after it
    """

    epoch: int = 0
    step: int = 0
    loss: float = 0.0
    examples: int = 0
    read: int = 0
    losses: list[float] = field(default_factory=list)
    scores: list[dict[str, float]] = field(default_factory=list)


class Loop:
    """The training of a `Learner` for a number of epochs.

    `patience` stops it after so many epochs without a better validation score. `history` and `best` (the tensors of the
    best epoch, where they are kept) are what it leaves.
    """

    def __init__(self, learner: Learner, run: Run, epochs: int, patience: int | None = None):
        self.learner, self.run, self.epochs, self.patience = learner, run, epochs, patience
        self.history, self.best = History(), {}

    def train(self) -> None:
        """Train to the end. EmbedkitError where training diverges, or where a checkpoint does not fit."""
        with self.run.checkpoint.guarding():
            self._restore_or_init()
            while not self.finished:
                self._train_until_checkpoint()

    @property
    def finished(self) -> bool:
        """True if all epochs are, or validation has not improved for too long."""
        history, patience = self.history, self.patience
        is_stuck = patience is not None and not history.step and history.epoch - self.best_epoch >= patience
        return history.epoch == self.epochs or is_stuck

    @property
    def best_epoch(self) -> int:
        """The first epoch with the best validation score, 0 where there was none."""
        qualities = [self.learner.quality(scores) for scores in self.history.scores]
        return 1 + qualities.index(max(qualities)) if qualities else 0

    def _restore_or_init(self) -> None:
        checkpoint, progress = self.run.checkpoint, self.run.progress
        found = checkpoint.load()
        if found is not None:
            tensors, numbers = found
            self.best = {name.removeprefix(BEST): tensors.pop(name) for name in [*tensors] if name.startswith(BEST)}
            try:
                self.history = History(**numbers.pop("history"))
                self.learner.restore(tensors, numbers)
            except (KeyError, TypeError, ValueError) as error:
                raise FormatError(checkpoint.path, "damaged: its state is not that of such a training") from error
            where = "training is finished" if self.finished else f"resumed in epoch {self.history.epoch + 1}"
            progress.say(f"{checkpoint.path}: {where}")
        checkpoint.expect(self._state()[0])
        progress.event("training", epoch=self.history.epoch + 1, **self.learner.warm_up(found is None))

    def _train_until_checkpoint(self) -> None:
        """Train to the end of the epoch, or until a checkpoint is due; then save the state."""
        learner, history, before = self.learner, self.history, self.history.read
        began = time.perf_counter()
        label = f"epoch {history.epoch + 1}/{self.epochs}"

        with self.run.progress.bar(learner.size, label, f" {learner.unit}") as advance, self._divergence_told():
            advance(before)
            for step in learner.steps(history.epoch, history.step, self.run.checkpoint.due):
                if not math.isfinite(step.loss):
                    raise Diverged(f"the loss is {step.loss}")
                history.loss, history.examples = history.loss + step.loss, history.examples + step.examples
                history.step, history.read = history.step + 1, history.read + step.read
                mean, lr = history.loss / max(history.examples, 1), learner.lr(history.epoch, history.step)
                advance(step.read, loss=f"{mean:.4f}", lr=f"{lr:.4g}")
            learner.check_finite()
        if history.step == len(learner):
            with self._divergence_told():
                self._end_epoch((history.read - before) / (time.perf_counter() - began))
        self.run.checkpoint.save(*self._state(), self.finished)

    def _end_epoch(self, speed: float) -> None:
        learner, history, progress = self.learner, self.history, self.run.progress
        if not history.examples:
            raise EmbedkitError(*learner.no_examples)
        lr = learner.lr(history.epoch, history.step)
        history.losses.append(history.loss / history.examples)
        if scores := learner.validate():
            history.scores.append(scores)
            if learner.keeps_best and self.best_epoch == len(history.scores):
                self.best = learner.snapshot()
        history.epoch, history.step, history.loss, history.examples, history.read = history.epoch + 1, 0, 0.0, 0, 0
        said, facts = learner.report(history.losses[-1], scores, lr)
        progress.say(f"epoch {history.epoch}: {said}, {speed:,.0f} {learner.unit}/s")
        speeds = {f"{learner.unit}_per_second": round(speed)}
        progress.event("epoch", epoch=history.epoch, loss=history.losses[-1], lr=lr, **speeds, **facts)
        learner.end_epoch(history.epoch)

    @contextmanager
    def _divergence_told(self) -> Iterator[None]:
        """Inside, Diverged becomes the error that ends the run; it names the checkpoint, if that is of this run."""
        try:
            yield
        except Diverged as error:
            epoch, checkpoint = self.history.epoch, self.run.checkpoint
            where = f"epoch {epoch + 1} at lr {self.learner.lr(epoch, self.history.step):.4g}"
            kept = f"; {checkpoint.path} holds the last good state" if checkpoint.is_kept else ""
            raise EmbedkitError(f"training diverged in {where}: {error}{kept}", self.learner.remedy) from error

    def _state(self) -> tuple[dict[str, np.ndarray], dict]:
        tensors, numbers = self.learner.state()
        best = {BEST + name: tensor for name, tensor in self.best.items()}
        return tensors | best, numbers | {"history": asdict(self.history)}
