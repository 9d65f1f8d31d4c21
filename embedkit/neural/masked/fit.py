"""Training of masked language models, as the training loop drives it."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...text.masks import MASK
from ...text.stream import Stream
from ...text.whole_words import word_starts
from ...training.contract import Run
from ...training.loop import Loop, Step
from ..language import init
from ..language.store import Trained
from ..layers.context import ForwardContext
from ..learner import NetworkLearner, WarmedUp
from .batches import Batch, Batches
from .masking import Masking


def train(architecture, stream: Stream, config, run: Run) -> Trained:
    """A model of an `architecture` (`model.MaskedLanguageModel`), whose `check` the options have passed.

    Its metadata holds the mean loss of every epoch, over the predicted tokens; with `stream.valid` also those of that,
    and which epoch the parameters are from: the best. EmbedkitError where training diverges, or where a checkpoint does
    not fit.
    """
    from ...catalog import MLM

    fit = Fit(architecture, stream, config, run)
    loop = Loop(fit, run, config.training.epochs, config.training.patience)
    loop.train()
    facts = {"kind": MLM, "losses": loop.history.losses, "lr": fit.base_lr}
    if scores := loop.history.scores:
        facts["valid_losses"] = [score["loss"] for score in scores]
        facts["best_epoch"] = loop.best_epoch
    return Trained(loop.best or fit.snapshot(), stream.vocab, facts)


class Fit(WarmedUp, NetworkLearner):
    """Network and masked batches; a step is `--accumulate` batches, and one update."""

    def __init__(self, architecture, stream: Stream, config, run: Run):
        training = config.training
        self.batches = self._dealt(stream, config, "the text")
        self.valid = None if stream.valid is None else self._dealt(stream.valid, config, training.valid)
        V, name = len(stream.vocab), config.text.tokenizer
        starts = word_starts(stream.vocab, name) if training.whole_words else np.ones(V, bool)
        self.masking = Masking(training.mask_rate, starts, stream.vocab.id(MASK), training.seed)
        self.accumulate, self.keeps_best = training.accumulate, stream.valid is not None
        self.size = self.batches.tokens
        network = init.init_network(architecture, config, stream.vocab, run.progress)
        super().__init__(network, config, run, -(-len(self.batches) // training.accumulate))

    @staticmethod
    def _dealt(stream: Stream, config, name: str) -> Batches:
        training, context = config.training, config.model.context
        batches = Batches(stream.ids, stream.eos, context, training.batch_size, training.seed)
        if not len(batches):
            raise EmbedkitError(f"{name}: no line of it has a word to predict")
        return batches

    def learn(self, epoch, number, ctx):
        first = number * self.accumulate
        numbers = range(first, min(first + self.accumulate, len(self.batches)))
        batches = [self.batches.training(epoch, number, self.masking) for number in numbers]
        count, loss, read = sum(len(batch.targets) for batch in batches), 0.0, 0
        for batch in batches:
            loss += self._learn(batch, count, ctx)
            read += batch.ids.size if batch.mask is None else int(batch.mask.sum())
        return Step(loss, count, read)

    def _learn(self, batch: Batch, count: int, ctx: ForwardContext) -> float:
        """The sum of the losses of a batch, of whose gradients 1 / `count` is added."""
        ctx.mask = batch.mask
        losses, backprop = self.network.forward(batch.ids, batch.places, batch.targets, ctx)
        loss = float(losses.sum(dtype=np.float64))
        backprop(1 / count)
        return loss

    def validation_loss(self):
        total, count = 0.0, 0
        for number in range(len(self.valid)):
            batch = self.valid.validation(number, self.masking)
            ctx = ForwardContext(self.workspace, mask=batch.mask)
            losses = self.network.forward(batch.ids, batch.places, batch.targets, ctx)[0]  # backprop holds buffers
            total, count = total + float(losses.sum(dtype=np.float64)), count + len(losses)
        return total / count

    def warm_up(self, is_new):
        with np.errstate(all="ignore"):
            self._learn(self.batches.training(0, 0, self.masking), 1, self.context((0, 0)))
        for param in self.params:
            param.clear()
        return super().warm_up(is_new)

    def report(self, loss, scores, lr):
        facts = {"valid_loss": scores["loss"]} if scores else {}
        valid = f", valid {scores['loss']:.4f}" if scores else ""
        return f"loss {loss:.4f}{valid}, lr {lr:.4g}", facts
