"""A trained encoder and decoder in use: a translator, token by token, of many hypotheses at once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ...text.pairs import EOS_ID, UNK_ID, Side
from ..layers.attention import Dot
from ..layers.context import ForwardContext
from ..layers.workspace import Workspace
from .batches import padded, padded_sources
from .bridge import MemoryBridge
from .decoder import select
from .network import Network
from .stepping import Encoded, Layout, step


class NetworkTranslator:
    """A `translation.protocol.Translator` of a `Network`.

    source, target : the two sides, see `text.pairs.Side`
    metadata : how the model was made
    kernels : compiled cells (`layers.fused.Fused`); without them numpy alone is used
    reverse : whether sources are read from their end
    """

    eos, unk = EOS_ID, UNK_ID

    def __init__(self, network: Network, source: Side, target: Side, metadata: dict, kernels, reverse: bool):
        self.network, self.source, self.target, self.metadata = network, source, target, metadata
        self.ctx, self.reverse = ForwardContext(Workspace(kernels)), reverse

    def encode(self, sources: list[np.ndarray]) -> Encoded:
        """Sources, ids (S_b,) int32 each, of any lengths."""
        ids, mask = padded_sources(sources, self.reverse)
        ctx = replace(self.ctx, packed={})
        with np.errstate(all="ignore"):
            first, memory, _ = self.network.read(ids, mask, ctx)
        attention = self.network.decoder.attention
        is_compiled = ctx.workspace.kernels is not None and attention is not None and isinstance(attention.score, Dot)
        return Encoded(memory, np.array([len(ids) for ids in sources]), first, ctx, is_compiled)

    def start(self, encoded: Encoded) -> tuple:
        """The state before the first target token, a row for each source."""
        return encoded.first

    def step(self, ids: np.ndarray, state: tuple, encoded: Encoded, rows: np.ndarray):
        """Feed a token to each of N hypotheses, of the sources `rows` (N,): natural log probabilities of the next
        (N, V) float32, the new state, and the weights of the places of the source (N, S), None without attention."""
        layout = encoded.layout(rows)
        with np.errstate(all="ignore"):
            Y, state, weights = step(self.network.decoder, ids, state, layout, encoded.ctx)
            found = self.network.loss.log_probabilities(Y)
        return found, state, None if weights is None else self._in_order(weights, layout)

    def select(self, state: tuple, index: np.ndarray) -> tuple:
        """The rows `index` of a state, which has the sequence in its last axis but one."""
        return select(state, lambda array: np.take(array, index, axis=-2))

    def greedy_line(self, source: np.ndarray, cap: int):
        """Greedy decoding of a single source in compiled code, where that is loaded and has the decoder's layers."""
        if self._line is None:
            return None
        encoded = self.encode([source])
        ids, ln, hit_cap, weights = self._line.greedy(encoded.first, encoded.memory, cap, self.eos)
        return ids, ln, hit_cap, weights[:, ::-1] if self.reverse and weights is not None else weights

    @cached_property
    def _line(self):
        kernels = self.ctx.workspace.kernels
        if kernels is None:
            return None
        from . import line

        return line.Line(self.network) if line.takes(self.network, kernels) else None

    def score(self, sources: list[np.ndarray], targets: list[np.ndarray]) -> list[np.ndarray]:
        """ln p of every target token, `<eos>` last: (T_b + 1,) float32 of each target."""
        batch = padded(sources, targets, self.reverse)
        with np.errstate(all="ignore"):
            losses = self.network.forward(batch, self.ctx)[0]
        return [-losses[: len(ids) + 1, b] for b, ids in enumerate(targets)]

    def for_thread(self) -> NetworkTranslator:
        """A translator of the same network with a workspace of its own, for use on another thread."""
        kernels = self.ctx.workspace.kernels
        kernels = None if kernels is None else kernels.for_thread()
        return NetworkTranslator(self.network, self.source, self.target, self.metadata, kernels, self.reverse)

    @property
    def has_memory(self) -> bool:
        """True of neural Turing machines."""
        return isinstance(self.network.bridge, MemoryBridge)

    def heads(self, source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of a model that has a memory the weights over its N rows: of the write head at each token of a source (S, N),
        of the read head at each of a target and at `<eos>` (T + 1, N)."""
        found = []
        with np.errstate(all="ignore"):
            self.network.forward(padded([source], [target], self.reverse), replace(self.ctx, head_weights=found))
        writes, reads = found[0][:, 0, 1], found[1][:, 0, 0]
        return writes[::-1] if self.reverse else writes, reads

    def _in_order(self, weights: np.ndarray, layout: Layout) -> np.ndarray:
        """Weights (N, S) by place in the line."""
        if not self.reverse:
            return weights
        if (layout.lengths == weights.shape[1]).all():
            return weights[:, ::-1]
        places = layout.lengths[:, None] - 1 - np.arange(weights.shape[1])
        return np.where(places >= 0, np.take_along_axis(weights, np.maximum(places, 0), axis=1), 0)
