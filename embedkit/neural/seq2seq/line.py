"""Greedy decoding of a single line in compiled code. Importing this loads numba."""

from __future__ import annotations

import numpy as np

from ..layers._kernels import BLOCK
from ..layers.attention import Dot
from ..layers.fused import NONE
from ..layers.lstm import LSTM
from . import _kernels
from .decoder import Memory
from .network import Network


def takes(network: Network, kernels) -> bool:
    """True of decoders of LSTMs with no, dot or general attention at the top whose weights stay in a cache."""
    decoder, attention = network.decoder, network.decoder.attention
    if any(type(layer) is not LSTM or layer.peephole is not None for layer in decoder.below.layers[::2]):
        return False
    if decoder.above.layers or decoder.peeks or decoder.feeds:
        return False
    is_plain, Wh = attention is None or isinstance(attention.score, Dot), decoder.below.layers[0].Wh.value
    return is_plain and Wh.dtype == np.float32 and kernels.takes_line(1, Wh)


class Line:
    """The decoder of a network whose parameters no longer change, for one line at a time."""

    def __init__(self, network: Network):
        decoder, loss = network.decoder, network.loss
        layers = decoder.below.layers[::2]
        table, output, self.attends = decoder.before.layers[0].table.value, loss.W.value, decoder.attention is not None
        weights = ([getattr(layer, name).value for layer in layers] for name in ("Wx", "Wh", "b"))
        W, bias = (part.value for part in decoder.combine.layers[0].params) if self.attends else (NONE, NONE)
        self.cells = _flat((table, *(parts[0] if len(parts) == 1 else np.concatenate(parts) for parts in weights)))
        self.head, self.L, (self.V, self.D) = _flat((W, bias, output, loss.b.value)), len(layers), table.shape
        self.H = H = len(layers[0].Wh.value)
        self.powers = np.empty(BLOCK, np.float32)
        self.scratch = [np.empty(size, np.float32) for size in (4 * H, 4 * H, H, self.V)]

    def greedy(self, first: tuple, memory: Memory, cap: int, eos: int) -> tuple:
        """`translation.greedy.greedy` for one source, given the decoder's first state and the memory: ids (T,), log
        probability, whether the cap of tokens ended them, and attention weights (T, S) by place as it was read, or
        None."""
        (S, _, E), L, H = memory.values.shape, self.L, self.H
        states = np.zeros((2, L, 2, H), np.float32)
        for layer, state in enumerate(first[0][::2]):
            for number, part in enumerate(state or ()):
                if part is not None:
                    states[number, layer, 0] = part[0]
        gates, product, Y, logits = self.scratch
        ids, weights, known = np.empty(cap + 1, np.int32), NONE, (NONE, NONE)
        if self.attends:
            weights, known = np.empty((cap + 1, S), np.float32), _flat((memory.keys, memory.values))
        T, ln, hit_cap = _kernels.greedy_line(
            self.cells,
            known,
            self.head,
            self.attends,
            _flat(states),
            (gates, product, np.empty(E + H, np.float32), Y, logits, np.empty(S, np.float32)),
            self.powers.view(np.int32),
            self.powers,
            weights.reshape(-1),
            ids,
            (L, self.D, H, E, S, self.V, cap, eos),
        )
        return ids[:T], ln, hit_cap, weights[:T] if self.attends else None


def _flat(arrays) -> tuple:
    return tuple(np.ascontiguousarray(array).reshape(-1) for array in arrays)
