"""Training of language models: truncated backpropagation through time, as the training loop drives it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from ...runtime.parallel import thread_count
from ...text.stream import Stream
from ...training.contract import Run
from ...training.loop import Diverged, Learner, Loop, Step
from ...training.lr_schedules import Rate
from ...training.optim import Optimizer
from ..layers.context import ForwardContext
from ..layers.fused import Fused
from ..layers.workspace import Workspace
from . import init, steps
from .batches import Batches
from .store import Trained

LIMIT = 100.0  # nats per word that no training comes back from
SPAN = 1000  # tokens of a sequence of the validation text, at least, so that its cold start counts for little


def train(architecture, stream: Stream, config, run: Run) -> Trained:
    """A model of an `architecture` (`family.NeuralLanguageModel`), whose `check` the options have passed.

    Its metadata holds the mean loss and the perplexity of every epoch; with `stream.valid` also the perplexities of
    that, and which epoch the parameters are from: the best. EmbedkitError where training diverges, or where a
    checkpoint does not fit.
    """
    fit = Fit(architecture, stream, config, run)
    loop = Loop(fit, run, config.training.epochs, config.training.patience)
    loop.train()
    losses, scores = loop.history.losses, loop.history.scores
    facts = {"losses": losses, "perplexities": [math.exp(loss) for loss in losses], "lr": fit.base_lr}
    if scores:
        facts["valid_perplexities"] = [math.exp(score["loss"]) for score in scores]
        facts["best_epoch"] = loop.best_epoch
    return Trained(loop.best or fit.snapshot(), stream.vocab, facts)


class Fit(Learner):
    """Network, optimizer, learning-rate schedule and batches of a language model; a step is one chunk of `--bptt`."""

    unit, remedy = "tokens", "train with a lower --lr, or a lower --clip"

    def __init__(self, architecture, stream: Stream, config, run: Run):
        training, valid = config.training, stream.valid
        self.config, self.run = config, run
        self.network = init.init_network(architecture, config, stream.vocab, run.progress)
        self.params = self.network.params
        self.optimizer = Optimizer(training.optimizer, self.params, clip=training.clip, l1=training.l1, l2=training.l2)
        self.workspace = Workspace(Fused(thread_count(training.threads)))
        self.batches = Batches(stream.ids, stream.eos, training.batch_size, training.bptt)
        self.valid = None
        if valid is not None:
            B = max(1, min(training.batch_size, valid.tokens // SPAN))
            self.valid = Batches(valid.ids, valid.eos, B, training.bptt)
        self.base_lr = training.lr or training.rates[training.optimizer]
        options = {"total": training.epochs * len(self.batches), "decay": training.lr_decay, "warmup": training.warmup}
        self.rate = Rate(self.base_lr, training.schedule, **options)
        self.logs_gradients = getattr(training, "log_gradients", False)
        self.size, self.keeps_best, self.hidden = stream.tokens, valid is not None, None

    def __len__(self) -> int:
        return len(self.batches)

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        for number in range(first, len(self)):
            yield self._step(epoch, number)
            if due():
                return

    def _step(self, epoch: int, number: int) -> Step:
        """Learn from one chunk. Its random numbers depend on seed, epoch and chunk alone."""
        training, chunk = self.config.training, self.batches.chunk(number)
        rng = np.random.default_rng((training.seed, epoch, number))
        ctx = ForwardContext(self.workspace, training=True, rng=rng, gradients=True)
        with np.errstate(all="ignore"):
            loss, self.hidden = steps.learn(self.network, chunk, self.hidden, ctx)
            norm = self.optimizer.step(self.lr(epoch, number))
        count = chunk[2]
        if not loss / count < LIMIT:
            raise Diverged(f"the loss is {loss / count:.4g}")
        if not math.isfinite(norm):
            raise Diverged("the gradient is no longer finite")
        return Step(loss, count, count)

    def lr(self, epoch: int, step: int) -> float:
        return self.rate(epoch * len(self) + min(step, len(self) - 1))

    def warm_up(self, is_new: bool) -> dict:
        # The log of a resumed run has the gradients already.
        self._log_gradients(0, is_logged=is_new)
        return {"parameters": sum(param.value.size for param in self.params)}

    def check_finite(self) -> None:
        if not all(np.isfinite(param.value).all() for param in self.params):
            raise Diverged("the parameters are no longer finite")

    def validate(self) -> dict[str, float]:
        """The mean loss of the validation text; learning-rate schedule and optimizer take note of it."""
        if self.valid is None:
            return {}
        with self.optimizer.averaged(), np.errstate(all="ignore"):
            loss = steps.mean_loss(self.network, self.valid, self.workspace)
        if not loss < LIMIT:
            raise Diverged(f"the loss in validation is {loss:.4g}")
        self.rate.validated(loss)
        self.optimizer.validated(loss)
        return {"loss": loss}

    def quality(self, scores: dict[str, float]) -> float:
        return -scores["loss"]

    def report(self, loss: float, scores: dict[str, float], lr: float) -> tuple[str, dict]:
        facts = {"perplexity": math.exp(loss)}
        facts |= {"valid_perplexity": math.exp(scores["loss"])} if scores else {}
        valid = f", valid {facts['valid_perplexity']:.2f}" if scores else ""
        return f"perplexity {facts['perplexity']:.2f}{valid}, lr {lr:.4g}", facts

    def end_epoch(self, epoch: int) -> None:
        self.hidden = None
        if self.logs_gradients:
            self._log_gradients(epoch)

    def _log_gradients(self, epoch: int, is_logged: bool = True) -> None:
        with np.errstate(all="ignore"):
            norms = steps.hidden_grad_norms(self.network, self.params, self.batches.chunk(0), self.workspace)
        if is_logged and self.logs_gradients:
            self.run.progress.event("gradients", epoch=epoch, layers=norms)

    def snapshot(self) -> dict[str, np.ndarray]:
        with self.optimizer.averaged():
            return {param.name: param.value.copy() for param in self.params}

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        memory, numbers = self.optimizer.state()
        tensors = {f"param.{param.name}": param.value for param in self.params}
        tensors |= {f"optimizer.{name}": array for name, array in memory.items()}
        shape = _flatten(self.hidden, tensors)
        return tensors, {"optimizer": numbers, "lr_schedule": self.rate.state(), "hidden": shape}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        for param in self.params:
            param.value[...] = tensors[f"param.{param.name}"]
        memory = {name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.startswith("optimizer.")}
        self.optimizer.restore(memory, numbers["optimizer"])
        self.rate.restore(numbers["lr_schedule"])
        self.hidden = _unflatten(numbers["hidden"], tensors)


def _flatten(state, tensors: dict[str, np.ndarray]):
    """The state of layers with a name for each array, under which `tensors` gets it; JSON-able."""
    if isinstance(state, tuple):
        return [_flatten(part, tensors) for part in state]
    if state is None:
        return None
    name = f"hidden.{len(tensors)}"
    tensors[name] = state
    return name


def _unflatten(shape, tensors: dict[str, np.ndarray]):
    """The inverse; arrays are copies, as compiled code wants them."""
    if isinstance(shape, list):
        return tuple(_unflatten(part, tensors) for part in shape)
    return None if shape is None else tensors[shape].copy()
