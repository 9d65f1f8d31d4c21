"""Layers from options: the same for training, where parameters are drawn, and for use, where they are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...training import initializers as initial
from ...training.param import Param, collect
from ..layers.chain import Chain
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.gru import GRU
from ..layers.layer_norm import LayerNorm
from ..layers.linear import Linear
from ..layers.lstm import LSTM
from ..layers.residual import Residual
from ..layers.rnn import RNN
from ..layers.softmax import Softmax
from ..layers.tanh import Tanh
from ..layers.weight_drop import WeightDrop
from ..layers.window import Window

KINDS = {"rnn": RNN, "lstm": LSTM, "gru": GRU, "ffn": Window}  # what of each kind remembers
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
    table = make(EMBEDDING, (V, model.embed), initial.uniform)
    variational = model.dropout_kind == "variational"
    before, between, after = (
        Dropout(model.dropout if rate is None else rate, variational)
        for rate in (model.input_dropout, None, model.output_dropout)
    )
    middle = _feedforward(model, make) if kind == "ffn" else _recurrent(kind, model, between, make)
    W = table if model.tie else make(OUTPUT, (V, model.hidden), initial.uniform)
    softmax = Softmax(W, make(f"{OUTPUT}.b", (V,), _zeros), smoothing)
    return Network(Chain(Embedding(table, model.embed_dropout), before, *middle), after, softmax)


def _feedforward(model, make: Callable) -> list:
    """The words before, side by side, through one hidden layer (Bengio et al. 2003, equation 1 without W)."""
    D, H = (model.order - 1) * model.embed, model.hidden
    W, b = make("layer1.W", (D, H), _first(model)), make("layer1.b", (H,), _zeros)
    return [Window(model.order - 1), Linear(W, b), Tanh()]


def _recurrent(kind: str, model, between: Dropout, make: Callable) -> list:
    """Recurrent layers. With a tied matrix the last one has as many units as words have dimensions."""
    layers, D = [], model.embed
    for number in range(1, model.layers + 1):
        name, is_last = f"layer{number}", number == model.layers
        H = model.embed if model.tie and is_last else model.hidden
        layer = _cell(kind, model, name, D, H, make)
        if model.weight_drop:
            layer = WeightDrop(layer, model.weight_drop)
        if model.layer_norm:
            norm = LayerNorm(make(f"{name}.gain", (H,), _ones), make(f"{name}.bias", (H,), _zeros))
            layer = Chain(layer, norm)
        layers += [Residual(layer) if model.residual and D == H else layer, between]
        D = H
    return layers[:-1]


def _cell(kind: str, model, name: str, D: int, H: int, make: Callable):
    layer, first = KINDS[kind], _first(model)

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


def _first(model) -> Callable:
    """What the weights of a layer begin with."""
    return _scaled if model.initializer == "uniform" else initial.INITIALIZERS[model.initializer]


def _scaled(rng, shape) -> np.ndarray:
    """Evenly within 1 / sqrt(H), for H units."""
    return initial.uniform(rng, shape, bound=shape[1] ** -0.5)


def _zeros(rng, shape) -> np.ndarray:
    return np.zeros(shape, np.float32)


def _ones(rng, shape) -> np.ndarray:
    return np.ones(shape, np.float32)
