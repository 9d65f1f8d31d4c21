"""Training of language models that read a text in windows, each anew."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...training.loop import Step
from ..learner import WarmedUp
from . import steps
from .fit import Fit
from .windows import Windows


class WindowedFit(WarmedUp, Fit):
    """Network and windows of a language model; a step is `--accumulate` batches, and one update."""

    def deal(self, stream, config):
        training, T = config.training, config.model.context
        if stream.tokens < T:
            raise EmbedkitError(
                f"--context {T}: the text has {stream.tokens} tokens",
                "a window of --context tokens is read at a time; give more text, or a shorter --context",
            )
        valid = None
        if stream.valid is not None:
            valid = Windows(stream.valid.ids, stream.valid.eos, training.batch_size, T)
        windows = Windows(stream.ids, stream.eos, training.batch_size, T)
        self.updates, self.accumulate, self._drawn = training.updates, training.accumulate, None
        if not training.updates:
            return windows, valid, -(-len(windows) // training.accumulate)
        self.size = training.updates * training.accumulate * training.batch_size * T
        return windows, valid, training.updates

    def learn(self, epoch, number, ctx):
        chunks, loss = self._chunks(epoch, number), 0.0
        count = sum(chunk[2] for chunk in chunks)
        for inputs, targets, _ in chunks:
            loss += steps.learn(self.network, (inputs, targets, count), None, ctx)[0]
        return Step(loss, count, count)

    def _chunks(self, epoch: int, number: int) -> list[tuple]:
        """The batches of an update; they depend on seed, epoch and number alone."""
        first, seed = number * self.accumulate, self.config.training.seed
        if self.updates:
            return [
                self.batches.anywhere(np.random.default_rng((seed, epoch, first + i, 1)))
                for i in range(self.accumulate)
            ]
        if self._drawn != epoch:
            self.batches.draw(np.random.default_rng((seed, epoch)))
            self._drawn = epoch
        return [self.batches.chunk(i) for i in range(first, min(first + self.accumulate, len(self.batches)))]

    def warm_up(self, is_new):
        inputs, targets, _ = self.batches.chunk(0)
        ctx = self.context((0, 0))
        with np.errstate(all="ignore"):
            steps.learn(self.network, (inputs[:2], targets[:2], 1), None, ctx)
        for param in self.params:
            param.clear()
        return super(Fit, self).warm_up(is_new)

    def end_epoch(self, epoch):
        pass
