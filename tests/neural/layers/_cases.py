"""Every layer, small and in float64, with an input and a state: what the contract tests go through."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from neural.layers._fresh import fresh

from embedkit.neural.layers.activation_penalty import ActivationPenalty
from embedkit.neural.layers.bidirectional import Bidirectional
from embedkit.neural.layers.chain import Chain
from embedkit.neural.layers.dropout import Dropout
from embedkit.neural.layers.embedding import Embedding
from embedkit.neural.layers.gru import GRU
from embedkit.neural.layers.layer_norm import LayerNorm
from embedkit.neural.layers.linear import Linear
from embedkit.neural.layers.lstm import LSTM
from embedkit.neural.layers.residual import Residual
from embedkit.neural.layers.rnn import RNN
from embedkit.neural.layers.softmax import Softmax
from embedkit.neural.layers.tanh import Tanh
from embedkit.neural.layers.weight_drop import WeightDrop
from embedkit.neural.layers.window import Window
from embedkit.training.param import Param

T, B, D, H, V = 5, 2, 3, 4, 7


class Case(NamedTuple):
    """A layer, its X and its state (targets, for the softmax)."""

    layer: object
    X: np.ndarray
    state: object = None


rng = np.random.default_rng(5)


def array(*shape):
    return rng.normal(size=shape)


def param(name, *shape):
    return Param(name, array(*shape))


def recurrent(kind, name="r", D=D, H=H, **options):
    layer = fresh(kind, D, H, rng, np.float64, name, **options)
    for p in layer.params:
        p.value += 0.3 * array(*p.value.shape)  # no parameter stays at zero
    return layer


def lstm_state(H=H):
    return array(B, H), array(B, H)


IDS = np.array([[0, 3], [3, 6], [2, 3], [0, 0], [5, 1]])
TARGETS = np.array([[1, 0], [6, -1], [2, 2], [3, 5], [-1, 4]])
TABLE = param("tied", V, H)
CASES = {
    "embedding": Case(Embedding(param("E", V, D)), IDS),
    "embedding, dropout": Case(Embedding(param("E", V, D), 0.4), IDS),
    "linear": Case(Linear(param("W", D, H), param("b", H)), array(T, B, D)),
    "linear, no bias": Case(Linear(param("W", D, H)), array(T, B, D)),
    "tanh": Case(Tanh(), array(T, B, D)),
    "window": Case(Window(3), array(T, B, D), array(2, B, D)),
    "window, one step": Case(Window(4), array(1, B, D), array(3, B, D)),
    "window, of one": Case(Window(1), array(T, B, D), array(0, B, D)),
    "rnn": Case(recurrent(RNN), array(T, B, D), array(B, H)),
    "rnn, relu": Case(recurrent(RNN, activation="relu"), array(T, B, D), array(B, H)),
    "lstm": Case(recurrent(LSTM), array(T, B, D), lstm_state()),
    "lstm, peephole": Case(recurrent(LSTM, peephole=True), array(T, B, D), lstm_state()),
    "lstm, two steps": Case(recurrent(LSTM), array(2, B, D), lstm_state()),
    "gru": Case(recurrent(GRU), array(T, B, D), array(B, H)),
    "bidirectional": Case(
        Bidirectional(recurrent(LSTM, "ahead"), recurrent(GRU, "behind", H=2)),
        array(T, B, D),
        (lstm_state(), array(B, 2)),
    ),
    "dropout": Case(Dropout(0.4), array(T, B, D)),
    "dropout, variational": Case(Dropout(0.4, variational=True), array(T, B, D)),
    "weight drop": Case(WeightDrop(recurrent(LSTM), 0.4), array(T, B, D), lstm_state()),
    "residual": Case(Residual(recurrent(RNN, D=H)), array(T, B, H), array(B, H)),
    "layer norm": Case(LayerNorm(param("gain", D), param("bias", D)), array(T, B, D)),
    "chain": Case(
        Chain(Embedding(param("E", V, D)), recurrent(GRU, "first"), Dropout(0.3), recurrent(RNN, "second", D=H)),
        IDS,
        (None, array(B, H), None, array(B, H)),
    ),
    "softmax": Case(Softmax(param("W", V, H), param("b", V)), array(T, B, H), TARGETS),
    "softmax, no bias": Case(Softmax(param("W", V, H)), array(T, B, H), TARGETS),
    "softmax, smoothing": Case(Softmax(param("W", V, H), param("b", V), smoothing=0.2), array(T, B, H), TARGETS),
    "softmax, chunks": Case(
        Softmax(param("W", V, H), param("b", V), smoothing=0.2, chunk=3 * V * 8), array(T, B, H), TARGETS
    ),
    "activation penalty": Case(ActivationPenalty(2.0, 3.0), array(T, B, H)),
    "tied": Case(Chain(Embedding(TABLE), recurrent(RNN, D=H), Softmax(TABLE)), IDS, (None, array(B, H), TARGETS)),
}


def is_loss(name: str) -> bool:
    """Whether a case ends in a loss, which goes back from one number."""
    return name.startswith(("softmax", "activation", "tied"))


def leaves(state) -> list[np.ndarray]:
    """The arrays of a state, outermost first."""
    if state is None or isinstance(state, np.ndarray):
        return [] if state is None else [state]
    return [leaf for part in state for leaf in leaves(part)]


def cast(state, dtype):
    """A state in another type, ids as they are."""
    if state is None:
        return None
    if isinstance(state, np.ndarray):
        return state.astype(dtype) if state.dtype.kind == "f" else state
    return tuple(cast(part, dtype) for part in state)
