"""Training of language models: epochs of truncated backpropagation, validation, checkpoints."""

from __future__ import annotations

import math
import time

import numpy as np

from ...errors import EmbedkitError
from ...runtime.parallel import thread_count
from ...text.stream import Stream
from ...training.lr_schedules import Rate
from ...training.optim import OPTIMIZERS, Optimizer
from ...training.run import Run
from ..layers.fused import Fused
from ..layers.workspace import Workspace
from . import init as start
from . import steps
from .batches import Batches
from .options import check
from .store import Trained

LIMIT = 100.0  # nats per word that no training comes back from
SPAN = 1000  # tokens that a stream of the validation text has at least, so that its cold start counts for little


def train(kind: str, stream: Stream, config, run: Run, valid: Stream | None = None) -> Trained:
    """A model of a `kind` of `network.KINDS` of the text `stream`; `valid` is a text in the same vocabulary.

    Its metadata holds the mean loss and the perplexity of every epoch; with `valid` also the perplexities of that, and
    which epoch the parameters are from: the best. EmbedkitError where training diverges, or where a checkpoint does
    not fit; OptionError where options do not go together.
    """
    check(config, valid is not None)
    fit = Fit(kind, stream, config, run, valid)
    with run.checkpoint.guarding():
        fit.begin()
        while not fit.is_over:
            fit.go_on()
    return fit.result()


class Fit:
    """What is learnt, and how far: `epoch` epochs and `unit` windows of the next are over."""

    def __init__(self, kind: str, stream: Stream, config, run: Run, valid: Stream | None):
        training = config.training
        self.stream, self.config, self.run = stream, config, run
        self.network = start.begin(kind, config, stream.vocab, run.progress)
        self.params = self.network.params
        self.optimizer = Optimizer(training.optimizer, self.params, clip=training.clip, l1=training.l1, l2=training.l2)
        self.workspace = Workspace(Fused(thread_count(training.threads)))
        self.batches = Batches(stream.ids, stream.eos, training.batch_size, training.bptt)
        self.valid = None
        if valid is not None:
            B = max(1, min(training.batch_size, valid.tokens // SPAN))
            self.valid = Batches(valid.ids, valid.eos, B, training.bptt)
        self.lr = training.lr
        if self.lr is None:
            self.lr = training.rates.get(training.optimizer, OPTIMIZERS[training.optimizer].lr)
        options = {"total": training.epochs * len(self.batches), "decay": training.lr_decay, "warmup": training.warmup}
        self.rate = Rate(self.lr, training.schedule, **options)
        self.epoch = self.unit = self.tokens = 0
        self.loss, self.losses, self.verdicts = 0.0, [], []
        self.state, self.best = None, {}

    @property
    def is_over(self) -> bool:
        """Whether all epochs are, or validation has not improved for too long."""
        patience = self.config.training.patience
        return self.epoch == self.config.training.epochs or (
            patience is not None and self.epoch - self.best_epoch >= patience and not self.unit
        )

    @property
    def best_epoch(self) -> int:
        """The first epoch with the lowest loss in validation, 0 where there was none."""
        return 1 + self.verdicts.index(min(self.verdicts)) if self.verdicts else 0

    def begin(self) -> None:
        """Go on from the checkpoint, if there is one to go on from."""
        found = self.run.checkpoint.load()
        if found is not None:
            self._restore(*found)
            where = "training is over" if self.is_over else f"going on in epoch {self.epoch + 1}"
            self.run.progress.say(f"{self.run.checkpoint.path}: {where}")
        self.run.checkpoint.expect(self._state()[0])
        # Not in the log of a run that goes on: it has this already. But kernels are loaded before the clock starts.
        self._measure_gradients(is_logged=found is None)
        self.run.progress.event("training", epoch=self.epoch + 1, parameters=sum(p.value.size for p in self.params))

    def go_on(self) -> None:
        """Train to the end of the epoch, or until a checkpoint is due; then save the state."""
        progress, epochs = self.run.progress, self.config.training.epochs
        began, before = time.perf_counter(), self.tokens
        with progress.bar(self.stream.tokens, f"epoch {self.epoch + 1}/{epochs}", " tokens") as advance:
            advance(before)
            while self.unit < len(self.batches) and not (self.tokens > before and self.run.checkpoint.due()):
                count, lr = self._step(), self.rate(self._update)
                advance(count, loss=f"{self.loss / self.tokens:.4f}", lr=f"{lr:.4g}")
        if self.unit == len(self.batches):
            self._end_epoch((self.tokens - before) / (time.perf_counter() - began))
        self.run.checkpoint.save(*self._state(), self.is_over)

    @property
    def _update(self) -> int:
        """Windows of all epochs that are over."""
        return self.epoch * len(self.batches) + self.unit

    def _step(self) -> int:
        """Learn from the next window; the number of its words. Chance depends on seed, epoch and window alone."""
        training, window = self.config.training, self.batches.window(self.unit)
        rng, penalties = np.random.default_rng((training.seed, self.epoch, self.unit)), (training.ar, training.tar)
        with np.errstate(all="ignore"):
            loss, self.state = steps.learn(self.network, penalties, window, self.state, rng, self.workspace)
            length = self.optimizer.step(self.rate(self._update))
        mean = loss / window[2]
        if not mean < LIMIT:
            raise self._diverged(f"the loss is {mean:.4g}")
        if not math.isfinite(length):
            raise self._diverged("the gradient is no longer finite")
        self.loss, self.tokens, self.unit = self.loss + loss, self.tokens + window[2], self.unit + 1
        return window[2]

    def _diverged(self, why: str) -> EmbedkitError:
        remedy = "train with a lower --lr, or a lower --clip"
        return self.run.diverged(self.epoch + 1, self.rate(self._update), why, remedy)

    def _end_epoch(self, speed: float) -> None:
        """Loss, validation, and the parameters if they are the best so far."""
        progress, lr = self.run.progress, self.rate(self._update - 1)
        if not all(np.isfinite(param.value).all() for param in self.params):
            raise self._diverged("the parameters are no longer finite")
        self.losses.append(self.loss / self.tokens)
        facts = {"loss": self.losses[-1], "perplexity": math.exp(self.losses[-1])}
        if self.valid is not None:
            facts["valid_perplexity"] = self._validate()
        self.epoch, self.unit, self.loss, self.tokens, self.state = self.epoch + 1, 0, 0.0, 0, None
        told = f", valid {facts['valid_perplexity']:.2f}" if self.valid is not None else ""
        progress.say(
            f"epoch {self.epoch}: perplexity {facts['perplexity']:.2f}{told}, lr {lr:.4g}, {speed:,.0f} tokens/s"
        )
        progress.event("epoch", epoch=self.epoch, **facts, lr=lr, tokens_per_second=round(speed))
        if self.config.training.log_gradients:
            self._measure_gradients()

    def _validate(self) -> float:
        """The perplexity of the validation text; rate and optimizer take note of it."""
        with self.optimizer.averaged(), np.errstate(all="ignore"):
            loss = steps.mean_loss(self.network, self.valid, self.workspace)
            if not loss < LIMIT:
                raise self._diverged(f"the loss in validation is {loss:.4g}")
            self.verdicts.append(loss)
            if self.best_epoch == len(self.verdicts):
                self.best = {param.name: param.value.copy() for param in self.params}
        self.rate.validated(loss)
        self.optimizer.validated(loss)
        return math.exp(loss)

    def _measure_gradients(self, is_logged: bool = True) -> None:
        with np.errstate(all="ignore"):
            lengths = steps.gradient_lengths(self.network, self.params, self.batches.window(0), self.workspace)
        if is_logged and self.config.training.log_gradients:
            self.run.progress.event("gradients", epoch=self.epoch, layers=lengths)

    def result(self) -> Trained:
        """The parameters, and in their metadata how training went."""
        facts = {"losses": self.losses, "perplexities": [math.exp(loss) for loss in self.losses], "lr": self.lr}
        if self.verdicts:
            valid = {"valid_perplexities": [math.exp(loss) for loss in self.verdicts], "best_epoch": self.best_epoch}
            return Trained(self.best, self.stream.vocab, facts | valid)
        with self.optimizer.averaged():
            tensors = {param.name: param.value.copy() for param in self.params}
        return Trained(tensors, self.stream.vocab, facts)

    def _state(self) -> tuple[dict[str, np.ndarray], dict]:
        memory, numbers = self.optimizer.state()
        tensors = {f"param.{param.name}": param.value for param in self.params}
        tensors |= {f"optimizer.{name}": array for name, array in memory.items()}
        tensors |= {f"best.{name}": array for name, array in self.best.items()}
        shape = _taken_apart(self.state, tensors)
        own = {name: getattr(self, name) for name in ("epoch", "unit", "loss", "tokens", "losses", "verdicts")}
        return tensors, {"fit": own, "optimizer": numbers, "rate": self.rate.state(), "state": shape}

    def _restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        parts = {"param": {}, "optimizer": {}, "best": {}, "state": {}}
        for name, tensor in tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = tensor
        for param in self.params:
            param.value[...] = parts["param"][param.name]
        self.optimizer.restore(parts["optimizer"], numbers["optimizer"])
        self.rate.restore(numbers["rate"])
        self.best, self.state = parts["best"], _put_together(numbers["state"], tensors)
        vars(self).update(numbers["fit"])


def _taken_apart(state, tensors: dict[str, np.ndarray]):
    """The state of layers with a name for each array, under which `tensors` gets it; JSON-able."""
    if isinstance(state, tuple):
        return [_taken_apart(part, tensors) for part in state]
    if state is None:
        return None
    name = f"state.{len(tensors)}"
    tensors[name] = state
    return name


def _put_together(shape, tensors: dict[str, np.ndarray]):
    """The inverse; arrays are copies, as compiled code wants them."""
    if isinstance(shape, list):
        return tuple(_put_together(part, tensors) for part in shape)
    return None if shape is None else tensors[shape].copy()
