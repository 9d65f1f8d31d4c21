"""Training of language models: truncated backpropagation through time, as the training loop drives it."""

from __future__ import annotations

import math

import numpy as np

from ...text.stream import Stream
from ...training.contract import Run
from ...training.loop import Loop, Step
from ..layers.context import ForwardContext
from ..learner import NetworkLearner
from . import init, steps
from .batches import Batches
from .store import Trained

SPAN = 1000  # tokens of a sequence of the validation text, at least, so that its cold start counts for little


def train(architecture, stream: Stream, config, run: Run) -> Trained:
    """A model of an `architecture` (`family.NeuralLanguageModel`), whose `check` the options have passed.

    Its metadata holds the mean loss and the perplexity of every epoch; with `stream.valid` also the perplexities of
    that, and which epoch the parameters are from: the best. EmbedkitError where training diverges, or where a
    checkpoint does not fit.
    """
    fit = architecture.learner()(architecture, stream, config, run)
    loop = Loop(fit, run, config.training.epochs, config.training.patience)
    loop.train()
    losses, scores = loop.history.losses, loop.history.scores
    facts = {"losses": losses, "perplexities": [math.exp(loss) for loss in losses], "lr": fit.base_lr}
    if scores:
        facts["valid_perplexities"] = [math.exp(score["loss"]) for score in scores]
        facts["best_epoch"] = loop.best_epoch
    return Trained(loop.best or fit.snapshot(), stream.vocab, facts)


class Fit(NetworkLearner):
    """Network, batches and their state of a language model; a step is one chunk of `--bptt`."""

    def __init__(self, architecture, stream: Stream, config, run: Run):
        self.size, self.keeps_best, self.hidden = stream.tokens, stream.valid is not None, None
        self.batches, self.valid, number = self.deal(stream, config)
        network = init.init_network(architecture, config, stream.vocab, run.progress)
        super().__init__(network, config, run, number)
        self.logs_gradients = getattr(config.training, "log_gradients", False)

    def deal(self, stream: Stream, config) -> tuple:
        """Batches of the text, those of the validation text or None, and the number of steps of an epoch."""
        training, valid = config.training, stream.valid
        batches, validation = Batches(stream.ids, stream.eos, training.batch_size, training.bptt), None
        if valid is not None:
            B = max(1, min(training.batch_size, valid.tokens // SPAN))
            validation = Batches(valid.ids, valid.eos, B, training.bptt)
        return batches, validation, len(batches)

    def learn(self, epoch: int, number: int, ctx: ForwardContext) -> Step:
        chunk = self.batches.chunk(number)
        loss, self.hidden = steps.learn(self.network, chunk, self.hidden, ctx)
        return Step(loss, chunk[2], chunk[2])

    def validation_loss(self) -> float:
        return steps.mean_loss(self.network, self.valid, self.workspace)

    def warm_up(self, is_new: bool) -> dict:
        # The log of a resumed run has the gradients already.
        self._log_gradients(0, is_logged=is_new)
        return super().warm_up(is_new)

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

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        tensors, numbers = super().state()
        shape = _flatten(self.hidden, tensors)
        return tensors, numbers | {"hidden": shape}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        super().restore(tensors, numbers)
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
