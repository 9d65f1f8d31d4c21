"""A trained network as a language model, which is all that perplexity, scoring and generation know of it."""

from __future__ import annotations

import numpy as np

from ...text.vocab import Vocab
from ..layers.context import ForwardContext
from ..layers.workspace import Workspace
from .network import Network


class NetworkLanguageModel:
    """Probabilities of the next word, given all words before; the first one is fed `eos`.

    vocab : V words, the ids of two of which are `eos` and `unk`
    metadata : how the model was made
    kernels : compiled cells (`layers.fused.Fused`), for long texts; without them numpy alone is used

    States stay as they are, so one can be gone on from more than once.
    """

    supports_batching = True

    def __init__(self, network: Network, vocab: Vocab, eos: int, unk: int, metadata: dict, kernels=None):
        self.vocab, self.eos, self.unk, self.metadata = vocab, eos, unk, metadata
        self.network, self.ctx = network, ForwardContext(Workspace(kernels))

    def start(self, B: int) -> tuple:
        """The state of B sequences that nothing was fed to yet: layers begin with zeros by themselves."""
        return ()

    def step(self, ids: np.ndarray, state) -> tuple[np.ndarray, object]:
        """Feed a word to each sequence, `ids` (B,): natural log probabilities of the next (B, V) float32, new state."""
        with np.errstate(all="ignore"):
            H, state, _ = self.network.body.forward(np.asarray(ids)[None], state, self.ctx)
            return self.network.loss.log_probabilities(H[0]), state

    def score(self, inputs: np.ndarray, targets: np.ndarray, state) -> tuple[np.ndarray, object]:
        """Feed `inputs` (T, B): natural log probabilities of `targets` (T, B) in float32, 0 where those are negative,
        and the new state."""
        scores, _, state = self.score_hidden(inputs, targets, state)
        return scores, state

    def score_hidden(self, inputs: np.ndarray, targets: np.ndarray, state) -> tuple[np.ndarray, np.ndarray, object]:
        """`score`, with the hidden states (T, B, H) float32 of the last layer in the middle."""
        with np.errstate(all="ignore"):
            H, state, _ = self.network.body.forward(inputs, state, self.ctx)
            losses, _ = self.network.loss.forward(H, targets, self.ctx)
            return -losses, H, state

    def adapting(self, **options):
        """A copy that goes on learning from what it has scored; for `options` see `dynamic.DynamicEvaluation`."""
        from .dynamic import DynamicEvaluation

        return DynamicEvaluation(self, **options)
