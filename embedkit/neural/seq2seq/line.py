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


def takes(network: Network, ctx) -> bool:
    """True of decoders of one LSTM with no, dot or general attention whose weights stay in a cache."""
    decoder, kernels = network.decoder, ctx.workspace.kernels
    (layer, *more), attention = decoder.below.layers, decoder.attention
    if type(layer) is not LSTM or more or decoder.above.layers or decoder.peeks or decoder.feeds:
        return False
    is_plain = attention is None or isinstance(attention.score, Dot)
    return is_plain and layer.Wh.value.dtype == np.float32 and kernels.takes_line(1, layer.Wh.value)


def greedy_line(network: Network, first: tuple, memory: Memory, cap: int, eos: int) -> tuple:
    """`translation.greedy.greedy` for one source, given the decoder's first state and the memory: ids (T,), log
    probability, whether the cap of tokens ended them, and attention weights (T, S) by place as it was read, or None.
    """
    decoder, loss = network.decoder, network.loss
    (layer,), attends = decoder.below.layers, decoder.attention is not None
    table, output = decoder.before.layers[0].table.value, loss.W.value
    (V, D), H, peephole = table.shape, len(layer.Wh.value), layer.peephole
    state, (S, _, E) = np.zeros((2, 2, H), np.float32), memory.values.shape
    for kept, part in zip(state, first[0][0] or ()):
        if part is not None:
            kept[0] = part[0]
    keys = values = W = bias = NONE
    if attends:
        keys, values, linear = memory.keys, memory.values, decoder.combine.layers[0]
        W, bias = linear.W.value, linear.b.value
    scratch = [np.empty(size, np.float32) for size in (4 * H, 4 * H, E + H, H, V, S)]
    powers, ids = np.empty(BLOCK, np.float32), np.empty(cap + 1, np.int32)
    weights = np.empty((cap + 1, S), np.float32) if attends else NONE
    cell = table, layer.Wx.value, layer.Wh.value, layer.b.value, NONE if peephole is None else peephole.value
    T, ln, hit_cap = _kernels.greedy_line(
        _flat(cell),
        _flat((keys, values)),
        _flat((W, bias, output, loss.b.value)),
        attends,
        peephole is not None,
        _flat(state),
        tuple(scratch),
        powers.view(np.int32),
        powers,
        weights.reshape(-1),
        ids,
        (D, H, E, S, V, cap, eos),
    )
    return ids[:T], ln, hit_cap, weights[:T] if attends else None


def _flat(arrays) -> tuple:
    return tuple(np.ascontiguousarray(array).reshape(-1) for array in arrays)
