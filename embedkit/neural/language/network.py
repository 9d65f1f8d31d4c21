"""Layers from options: the same for training, where parameters are drawn, and for use, where they are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import initial
from ..layers.chain import Chain
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.gru import GRU
from ..layers.layer_norm import LayerNorm
from ..layers.lstm import LSTM
from ..layers.param import Param, collect
from ..layers.residual import Residual
from ..layers.rnn import RNN
from ..layers.softmax import Softmax
from ..layers.weight_drop import WeightDrop

KINDS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
EMBEDDING, OUTPUT = "embedding", "output"  # names of the two matrices with a row for each word
FORGET = 1.0  # bias of the forget gate, so that cells remember at first (Jozefowicz et al. 2015)


class Network:
    """ids (T, B) → `body` → hidden states (T, B, H) → `drop` → `softmax` → losses (T, B)."""

    def __init__(self, body: Chain, drop: Dropout, softmax: Softmax):
        self.body, self.drop, self.softmax = body, drop, softmax

    @property
    def params(self) -> list[Param]:
        return collect([self.body, self.softmax])


def build(kind: str, model, V: int, make: Callable, smoothing: float = 0.0) -> Network:
    """The network that `model`, the options of a `kind` of KINDS, describes for V words.

    `make(name, shape, first)` gives the Param of that name; `first(rng, shape)` would be its first value.
    """
    H, variational = model.hidden, model.dropout_kind == "variational"
    table = make(EMBEDDING, (V, model.embed), initial.uniform)
    layers = [Embedding(table, model.embed_dropout), Dropout(model.dropout, variational)]
    for number in range(1, model.layers + 1):
        name, width = f"layer{number}", model.embed if number == 1 else H
        layer = _recurrent(kind, model, name, width, make)
        if model.weight_drop:
            layer = WeightDrop(layer, model.weight_drop)
        if model.layer_norm:
            norm = LayerNorm(make(f"{name}.gain", (H,), _ones), make(f"{name}.bias", (H,), _zeros))
            layer = Chain(layer, norm)
        layers.append(Residual(layer) if model.residual and width == H else layer)
        layers.append(Dropout(model.dropout, variational))
    W = table if model.tie else make(OUTPUT, (V, H), initial.uniform)
    softmax = Softmax(W, make(f"{OUTPUT}.b", (V,), _zeros), smoothing)
    return Network(Chain(*layers[:-1]), layers[-1], softmax)


def _recurrent(kind: str, model, name: str, D: int, make: Callable):
    H, layer = model.hidden, KINDS[kind]
    first = _scaled if model.weights == "uniform" else initial.INITIALIZERS[model.weights]

    def gates(rng, shape):
        return np.concatenate([first(rng, (shape[0], H)) for _ in range(layer.GATES)], axis=1)

    def biases(rng, shape):
        b = _zeros(rng, shape)
        if kind == "lstm":
            b[H : 2 * H] = FORGET
        return b

    width = layer.GATES * H
    params = [
        make(f"{name}.Wx", (D, width), gates),
        make(f"{name}.Wh", (H, width), gates),
        make(f"{name}.b", (width,), biases),
    ]
    if kind == "rnn":
        return RNN(*params, model.activation)
    if kind == "gru":
        return GRU(*params, make(f"{name}.c", (H,), _zeros))
    return LSTM(*params, make(f"{name}.peephole", (3, H), _zeros) if model.peephole else None)


def _scaled(rng, shape) -> np.ndarray:
    """Evenly within 1 / sqrt(H), for a gate of H units."""
    return initial.uniform(rng, shape, bound=shape[1] ** -0.5)


def _zeros(rng, shape) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _ones(rng, shape) -> np.ndarray:
    return np.ones(shape, np.float32)
