"""A trained masked language model in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...text.masks import MASK
from ...text.vocab import Vocab
from ..attention_weights import attention_weights, states_after
from ..layers.context import ForwardContext
from ..layers.workspace import Workspace
from .batches import padding
from .network import Network

TOKENS = 4096  # of the sequences that are read together, with their padding
ROWS = 1024  # places whose probabilities are there at a time


class NetworkMaskedModel:
    """A `lm.masked.protocol.MaskedModel` of a `Network`.

    context : most tokens of a sequence, `<eos>` before them among these
    vocab : V words, the ids of three of which are `eos`, `unk` and `mask`
    metadata : how the model was made
    kernels : compiled cells (`layers.fused.Fused`), for long texts; without them numpy alone is used
    """

    def __init__(self, network: Network, context: int, vocab: Vocab, eos: int, unk: int, metadata: dict, kernels=None):
        self.vocab, self.eos, self.unk, self.mask, self.metadata = vocab, eos, unk, vocab.id(MASK), metadata
        self.network, self.room, self.layers = network, context - 1, metadata["config"]["model"]["layers"]
        self._workspace = Workspace(kernels)

    @property
    def embeddings(self) -> np.ndarray:
        """The vectors (V, D) float32 of words, as the first layer reads them."""
        return self.network.body.layers[0].table.value

    def log_probabilities(self, sequences: Sequence[np.ndarray], places: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Of each sequence (n,) natural log probabilities (k, V) float32 of every word at its k places."""
        found = [np.empty(0)] * len(sequences)
        for number, H in self._states(sequences, self.layers):
            rows = H[np.asarray(places[number], np.int64)]
            parts = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)]
            found[number] = np.concatenate([self.network.loss.log_probabilities(part) for part in parts])
        return found

    def score(self, sequences: Sequence[np.ndarray], places: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Of each of N sequences the natural log probability, (N,) float64, of its target at its place: `targets` (N,)
        and `places` (N,)."""
        rows = np.empty((len(sequences), self.network.loss.W.value.shape[1]), np.float32)
        for number, H in self._states(sequences, self.layers):
            rows[number] = H[places[number]]
        scores = np.empty(len(rows))
        for at in range(0, len(rows), ROWS):
            part = slice(at, at + ROWS)
            logs = self.network.loss.log_probabilities(rows[part])
            scores[part] = np.take_along_axis(logs, np.asarray(targets[part])[:, None], axis=1)[:, 0]
        return scores

    def hidden(self, sequences: Sequence[np.ndarray], layer: int) -> list[np.ndarray]:
        """Of each sequence (n,) the hidden states (n + 1, D) float32 after block `layer`, those at `<eos>` first: 0 is
        before the first block, and behind the last one stands what predicts words."""
        found = [np.empty(0)] * len(sequences)
        for number, H in self._states(sequences, layer, first=0):
            found[number] = H.copy()
        return found

    def attention(self, ids: np.ndarray) -> list[np.ndarray]:
        """Attention weights (heads, n + 1, n + 1) of each block, of the sequence `ids` (n,) with `<eos>` before it."""
        read = np.concatenate([[self.eos], ids])[:, None]
        return attention_weights(self.network.body, read, ForwardContext(self._workspace))

    def _states(self, sequences, layer: int, first: int = 1) -> Iterator[tuple[int, np.ndarray]]:
        """(number of a sequence, its hidden states from step `first` on), in any order; the arrays are lent."""
        order = sorted(range(len(sequences)), key=lambda number: len(sequences[number]))
        body = states_after(self.network.body, layer)
        while order:
            count = max(1, TOKENS // (len(sequences[order[-1]]) + 1))
            group, order = order[-count:], order[:-count]
            lengths = np.array([len(sequences[number]) + 1 for number in group])
            ids = np.zeros((int(lengths.max()), len(group)), np.int64)
            ids[0] = self.eos
            for b, number in enumerate(group):
                ids[1 : lengths[b], b] = sequences[number]
            with np.errstate(all="ignore"):
                H = body.forward(ids, None, ForwardContext(self._workspace, mask=padding(lengths)))[0]
            for b, number in enumerate(group):
                yield number, H[first : lengths[b], b]
