"""Networks as the training loop sees them: optimizer, learning-rate schedule, checkpoints, divergence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from ..runtime.parallel import thread_count
from ..training.contract import Run
from ..training.loop import Diverged, Learner, Step
from ..training.lr_schedules import Rate
from ..training.optim import OPTIMIZERS, Optimizer
from .layers.context import ForwardContext
from .layers.fused import Fused
from .layers.workspace import Workspace

PENALTIES = "clip", "l1", "l2"
LIMIT = 100.0  # nats of a target that no training comes back from


class NetworkLearner(Learner):
    """A network with `params`, of which a subclass takes the gradients (`learn`) and the validation loss.

    batches : steps of an epoch
    """

    unit, remedy = "tokens", "train with a lower --lr, or a lower --clip"

    def __init__(self, network, config, run: Run, batches: int):
        training = config.training
        self.config, self.run, self.network, self.params = config, run, network, network.params
        threads, penalties = thread_count(training.threads), {name: getattr(training, name) for name in PENALTIES}
        options = penalties | self.optimizer_settings(training)
        self.optimizer = Optimizer(training.optimizer, self.params, threads=threads, **options)
        self.workspace = Workspace(Fused(threads))
        self.base_lr = training.lr or training.rates[training.optimizer]
        options = self.schedule(training, training.epochs * batches)
        self.rate, self._batches = Rate(self.base_lr, training.schedule, **options), batches

    def optimizer_settings(self, training) -> dict:
        """Settings of the optimizer that are not its defaults."""
        return {}

    def schedule(self, training, total: int) -> dict:
        """Options of the learning-rate schedule (`Rate`) for `total` updates."""
        return {"total": total, "decay": training.lr_decay, "warmup": training.warmup}

    def learn(self, epoch: int, number: int, ctx: ForwardContext) -> Step:
        """Add the gradients of the mean loss of batch `number` to those of the parameters."""
        raise NotImplementedError

    def validation_loss(self) -> float:
        """The mean loss of the validation text; called with the parameters that the result would have."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self._batches

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        for number in range(first, len(self)):
            yield self._step(epoch, number)
            if due():
                return

    def _step(self, epoch: int, number: int) -> Step:
        """Learn from one batch. Its random numbers depend on seed, epoch and batch alone."""
        ctx = self.context((epoch, number))
        with np.errstate(all="ignore"):
            step = self.learn(epoch, number, ctx)
            norm = self.optimizer.step(self.lr(epoch, number))
        if not step.loss / max(step.examples, 1) < LIMIT:
            raise Diverged(f"the loss is {step.loss / step.examples:.4g}")
        if not math.isfinite(norm):
            raise Diverged("the gradient is no longer finite")
        return step

    def context(self, place: tuple[int, ...]) -> ForwardContext:
        """That of a forward pass of training; its random numbers depend on the seed and `place` alone."""
        rng = np.random.default_rng((self.config.training.seed, *place))
        return ForwardContext(self.workspace, training=True, rng=rng, gradients=True)

    def lr(self, epoch: int, step: int) -> float:
        return self.rate(epoch * len(self) + min(step, len(self) - 1))

    def warm_up(self, is_new: bool) -> dict:
        return {"parameters": sum(param.value.size for param in self.params)}

    def check_finite(self) -> None:
        if not all(np.isfinite(param.value).all() for param in self.params):
            raise Diverged("the parameters are no longer finite")

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside, the parameters are those that the result would have."""
        with self.optimizer.averaged(), np.errstate(all="ignore"):
            yield

    def validate(self) -> dict[str, float]:
        """The mean loss of the validation text; learning-rate schedule and optimizer take note of it."""
        if not self.keeps_best:
            return {}
        with self.evaluating():
            loss = self.validation_loss()
        if not loss < LIMIT:
            raise Diverged(f"the loss in validation is {loss:.4g}")
        self.rate.validated(loss)
        self.optimizer.validated(loss)
        return {"loss": loss}

    def quality(self, scores: dict[str, float]) -> float:
        return -scores["loss"]

    def snapshot(self) -> dict[str, np.ndarray]:
        with self.optimizer.averaged():
            return {param.name: param.value.copy() for param in self.params}

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        memory, numbers = self.optimizer.state()
        tensors = {f"param.{param.name}": param.value for param in self.params}
        tensors |= {f"optimizer.{name}": array for name, array in memory.items()}
        return tensors, {"optimizer": numbers, "lr_schedule": self.rate.state()}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        for param in self.params:
            param.value[...] = tensors[f"param.{param.name}"]
        memory = {name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.startswith("optimizer.")}
        self.optimizer.restore(memory, numbers["optimizer"])
        self.rate.restore(numbers["lr_schedule"])


class WarmedUp:
    """Settings of learners whose options are those of Transformers: weight decay, warm-up, the lowest learning rate;
    it comes before the `NetworkLearner` among the bases."""

    def optimizer_settings(self, training):
        known = OPTIMIZERS[training.optimizer].settings
        given = {"decay": training.weight_decay, "beta2": training.beta2}
        return {"spares_vectors": True} | {name: value for name, value in given.items() if name in known}

    def schedule(self, training, total):
        floor = self.base_lr / 10 if training.min_lr is None else training.min_lr
        warmup = min(100, total // 10) if training.warmup is None else training.warmup
        return super().schedule(training, total) | {"floor": floor, "warmup": warmup}
