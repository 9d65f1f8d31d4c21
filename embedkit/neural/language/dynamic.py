"""Dynamic evaluation: a model that keeps learning from the text it scores (Krause et al. 2018, section 5)."""

from __future__ import annotations

import copy

import numpy as np

from ...training.optim import BLOCK
from ...training.param import Param, RowGradient
from ..layers.context import ForwardContext

LR, SEGMENT, DECAY = 1.0, 20, 0.001  # from the validation text of PTB, with 200 units in two layers


class DynamicEvaluation:
    """Scores one text, and after every `segment` words of it takes a step of gradient descent on these words.

    With θ₀ the trained parameters and L(sᵢ) the mean loss of the words of segment i, which were scored with θᵢ₋₁:

        θᵢ = θᵢ₋₁ - lr · ∇L(sᵢ) + decay · (θ₀ - θᵢ₋₁)

    The parameters are a copy; `model` stays as it is. There is no noise, and gradients go back to the beginning of the
    segment. One text at a time: `start` puts the trained parameters back, and states from before are worth nothing
    then. Where the calls of `score` cut the text changes no number by more than rounding.

    model : a `model.NetworkLanguageModel`
    lr : learning rate of all parameters; with 0 they stay as they are
    segment : words between two steps
    decay : the share of their way back to the trained ones that parameters go with each step, 0 to 1
    """

    supports_batching = False

    def __init__(self, model, *, lr: float = LR, segment: int = SEGMENT, decay: float = DECAY):
        self.vocab, self.eos, self.unk, self.metadata = model.vocab, model.eos, model.unk, model.metadata
        self.lr, self.segment, self.decay = lr, segment, decay
        self._trained, self._network = model.network, copy.deepcopy(model.network)
        self._scoring, self._learning = model.ctx, ForwardContext(model.ctx.workspace, gradients=True)

    def start(self, B: int) -> tuple:
        """The state of a text that nothing was read of yet; B is 1."""
        for param, trained in zip(self._network.params, self._trained.params):
            param.value[...] = trained.value
        # What the layers remember; and of the segment that is not over what was read, and what was wanted.
        return (), np.empty((0, B), np.int64), np.empty((0, B), np.int64)

    def score(self, inputs: np.ndarray, targets: np.ndarray, state: tuple) -> tuple[np.ndarray, tuple]:
        """Read `inputs` (T, 1): natural log probabilities (T, 1) float32 of `targets` (T, 1), and the new state.

        No target may be negative.
        """
        state, read, wanted = state
        known, losses = len(read), []
        read, wanted = np.concatenate([read, inputs]), np.concatenate([wanted, targets])
        with np.errstate(all="ignore"):
            while len(read) >= self.segment:
                found, state = self._learn(read[: self.segment], wanted[: self.segment], state)
                losses.append(found)
                read, wanted = read[self.segment :], wanted[self.segment :]
            if len(read):
                losses.append(self._network.forward(read, wanted, state, self._scoring)[0])
        return -np.concatenate(losses)[known:], (state, read, wanted)

    def _learn(self, read: np.ndarray, wanted: np.ndarray, state: tuple) -> tuple[np.ndarray, tuple]:
        """The losses of a segment, from which the parameters learn then, and the state after it."""
        losses, state, backprop = self._network.forward(read, wanted, state, self._learning)
        backprop(1 / len(read))
        for param, trained in zip(self._network.params, self._trained.params):
            self._move(param, trained.value)
            param.clear()
        return losses, state

    def _move(self, param: Param, goal: np.ndarray) -> None:
        """One step; in blocks, so that each number goes through memory once."""
        gradient = param.gradient
        for begin in range(0, param.value.size, BLOCK):
            block = slice(begin, begin + BLOCK)
            x = param.value.reshape(-1)[block]
            x += self.decay * (goal.reshape(-1)[block] - x)
            if isinstance(gradient, np.ndarray):
                x -= self.lr * gradient.reshape(-1)[block]
        if isinstance(gradient, RowGradient):
            param.value[gradient.ids] -= self.lr * gradient.values
