"""A trained Transformer as a language model: what it knows of a text is a window of its last tokens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...text.vocab import Vocab
from ..layers.context import ForwardContext
from ..layers.key_value_cache import apart, together
from ..layers.workspace import Workspace
from .batches import SKIP
from .network import Network

ROWS = 4096  # tokens of the windows that are read at a time


class Window(NamedTuple):
    """State of B sequences: the tokens (w, B) that are read, w up to the context, and what layers keep of them, their
    key–value caches and number; None where that was not needed yet."""

    ids: np.ndarray
    layers: tuple | None


class WindowedLanguageModel:
    """Probabilities of the next word, given those before in a window of at most `context` tokens.

    The first word is fed `eos`. Where a window is full, the next begins `stride` tokens later: it is read anew, as
    positions are other ones, and goes on. So a word sees context - stride others at least, those at the beginning of
    the text apart; with a stride of 1 all that the context has room for, at the cost of a window for each word. It
    makes no difference how calls cut the text, nor whether it is scored or read step by step.

    vocab : V words, the ids of two of which are `eos` and `unk`
    metadata : how the model was made
    kernels : compiled cells (`layers.fused.Fused`), for long texts; without them numpy alone is used
    stride : 1 to `context`, half of it by default

    States stay as they are, so one can be gone on from more than once.
    """

    supports_batching = True

    def __init__(self, network: Network, context: int, vocab: Vocab, eos: int, unk: int, metadata: dict, kernels=None):
        self.vocab, self.eos, self.unk, self.metadata = vocab, eos, unk, metadata
        self.network, self.context, self.stride = network, context, max(1, context // 2)
        self._workspace = Workspace(kernels)

    @property
    def steps(self) -> int:
        """Words at a time that suit `score`: windows enough to read together."""
        return max(8 * self.stride * max(1, ROWS // self.context), self.context)

    def start(self, B: int) -> Window:
        """The state of B sequences that nothing was fed to yet."""
        return Window(np.empty((0, B), np.int64), None)

    def step(self, ids: np.ndarray, state: Window) -> tuple[np.ndarray, Window]:
        """Feed a word to each sequence, `ids` (B,): natural log probabilities of the next (B, V) float32, new state."""
        read, layers = state
        if len(read) == self.context:
            read, layers = read[self.stride :], None
        fed = np.asarray(ids, np.int64)[None]
        whole = np.concatenate([read, fed])
        ctx = ForwardContext(self._workspace, cached=self.context)
        with np.errstate(all="ignore"):
            H, layers, _ = self.network.body.forward(whole if layers is None else fed, layers, ctx)
            return self.network.loss.log_probabilities(H[-1]), Window(whole, layers)

    def step_all(self, ids: np.ndarray, states: list[Window]) -> tuple[np.ndarray, list[Window]]:
        """`step` for the states of k single texts of one length as one batch, `ids` (k,): caches stay apart."""
        read, layers = np.concatenate([state.ids for state in states], axis=1), None
        if all(state.layers is not None for state in states):
            layers = together([state.layers for state in states])
        rows, (read, layers) = self.step(ids, Window(read, layers))
        return rows, [Window(read[:, b : b + 1], own) for b, own in enumerate(apart(layers, len(states)))]

    def score(self, inputs: np.ndarray, targets: np.ndarray, state: Window) -> tuple[np.ndarray, Window]:
        """Feed `inputs` (T, B): natural log probabilities of `targets` (T, B) in float32, 0 where those are negative,
        and the new state."""
        scores, _, state = self.score_hidden(inputs, targets, state)
        return scores, state

    def score_hidden(
        self, inputs: np.ndarray, targets: np.ndarray, state: Window
    ) -> tuple[np.ndarray, np.ndarray, Window]:
        """`score`, with the hidden states (T, B, D) float32 of the last layer in the middle."""
        before, C, s = len(state.ids), self.context, self.stride
        ids = np.concatenate([state.ids, inputs])
        wanted = np.concatenate([np.full_like(state.ids, SKIP), targets])
        N, B = ids.shape
        more = max(0, -(-(N - C) // s))  # windows after the first
        scores = np.empty((N, B), np.float32)
        hidden = np.empty((N, B, self.network.loss.W.value.shape[1]), np.float32)
        self._read(ids[None, :C], wanted[None, :C], scores[None, :C], hidden[None, :C])
        together = max(1, ROWS // (C * B))
        for first in range(0, more, together):
            windows = range(first + 1, min(first + together, more) + 1)
            if windows[-1] * s + C > N:  # the last one is shorter
                windows, last = windows[:-1], windows[-1] * s
                new = slice(last + C - s, N)
                self._read(ids[None, last:], wanted[None, new], scores[None, new], hidden[None, new])
            if windows:
                # Overlapping windows of one array, and what each is the first to be asked.
                all = np.stack([ids[w * s : w * s + C] for w in windows])
                new = slice(windows[0] * s + C - s, windows[-1] * s + C)
                parts = [a[new].reshape(len(windows), s, *a.shape[1:]) for a in (wanted, scores, hidden)]
                self._read(all, *parts)
        return scores[before:], hidden[before:], Window(ids[more * s :], None)

    def _read(self, ids: np.ndarray, targets: np.ndarray, scores: np.ndarray, hidden: np.ndarray) -> None:
        """Read windows `ids` (W, n, B), and fill scores (W, m, B) and hidden states of their last m tokens."""
        (W, n, B), m, ctx = ids.shape, targets.shape[1], ForwardContext(self._workspace)
        side_by_side = (1, 0, 2)
        with np.errstate(all="ignore"):
            H, _, _ = self.network.body.forward(ids.transpose(side_by_side).reshape(n, W * B), None, ctx)
            losses, _ = self.network.loss.forward(H[n - m :], targets.transpose(side_by_side).reshape(m, W * B), ctx)
        scores[...] = -losses.reshape(m, W, B).transpose(side_by_side)
        hidden[...] = H[n - m :].reshape(m, W, B, -1).transpose(1, 0, 2, 3)
