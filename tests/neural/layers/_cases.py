"""Every layer and every loss, small and in float64, with inputs and a state: what the contract tests go through."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from _language_models import LANGUAGE_MODELS, RECURRENT
from neural.layers._fresh import fresh

from embedkit.neural.layers.bidirectional import Bidirectional
from embedkit.neural.layers.block import Block
from embedkit.neural.layers.chain import Chain
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.dropout import Dropout
from embedkit.neural.layers.embedding import Embedding
from embedkit.neural.layers.feed_forward import FeedForward
from embedkit.neural.layers.layer_norm import LayerNorm, RMSNorm
from embedkit.neural.layers.linear import Linear
from embedkit.neural.layers.ntm import NTM
from embedkit.neural.layers.positions import Positions, angles, sinusoids
from embedkit.neural.layers.residual import Residual
from embedkit.neural.layers.self_attention import SelfAttention
from embedkit.neural.layers.tanh import Tanh
from embedkit.neural.layers.weight_drop import WeightDrop
from embedkit.neural.layers.window import Window
from embedkit.neural.layers.workspace import Workspace
from embedkit.neural.losses.activation_penalty import ActivationPenalty
from embedkit.neural.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from embedkit.training.param import Param

T, B, D, H, V = 5, 2, 3, 4, 7


class Case(NamedTuple):
    """A layer with its inputs X and its state, or a loss with its targets."""

    layer: object
    X: np.ndarray
    state: object = None
    targets: np.ndarray | None = None
    mask: np.ndarray | None = None


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


def memory(name="ntm", H=2, N=4, M=3):
    """A neural Turing machine."""
    shapes = {"Wx": (D, 4 * H), "Wh": (H + M, 4 * H), "b": (4 * H,), "Wp": (H, 4 * M + 12), "bp": (4 * M + 12,)}
    return NTM(*(param(f"{name}.{key}", *shape) for key, shape in (shapes | {"start": (2, N)}).items()))


def memory_state(layer):
    """Outputs, cells, rows with numbers in them, heads that stand at several."""
    (H, P), N = layer.Wp.value.shape, layer.start.value.shape[1]
    M = P // 4 - 3
    return array(B, H + M), array(B, H), array(B, M * N), rng.dirichlet(np.ones(N), (B, 2)).reshape(B, 2 * N)


def attention(name="", D=4, heads=2, biased=True, **options):
    biases = (param(f"{name}b", 3 * D), param(f"{name}b_out", D)) if biased else (None, None)
    W, W_out = param(f"{name}W", D, 3 * D), param(f"{name}W_out", D, D)
    layer = SelfAttention(W, biases[0], W_out, biases[1], heads, **options)
    for p in layer.params:
        p.value /= 2  # so that float32 is enough
    return layer


def feed_forward(activation="gelu", name="f.", D=4, F=3, biased=True):
    width = 2 * F if activation == "swiglu" else F
    biases = (param(f"{name}b", width), param(f"{name}b_out", D)) if biased else (None, None)
    W, W_out = param(f"{name}W", D, width), param(f"{name}W_out", F, D)
    return FeedForward(W, biases[0], W_out, biases[1], activation)


def block(D=4, **options):
    norms = LayerNorm(param("gain1", D), param("bias1", D)), RMSNorm(param("gain2", D))
    return Block(attention("a.", D), feed_forward(), norms, **options)


def random_state(layer, X):
    """A state of the shape that `layer` gives."""
    state = layer.forward(X, None, ForwardContext(Workspace()))[1]
    return tuple(array(*s.shape) for s in state) if isinstance(state, tuple) else array(*state.shape)


def stateful(layer, T=T, mask=None):
    """A case for a layer with a memory."""
    X = array(T, B, D)
    return Case(layer, X, random_state(layer, X), mask=mask)


IDS = np.array([[0, 3], [3, 6], [2, 3], [0, 0], [5, 1]])
TARGETS = np.array([[1, 0], [6, -1], [2, 2], [3, 5], [-1, 4]])
MASK = np.array([[0, 1], [1, 1], [1, 0], [0, 1], [1, 0]], bool)  # padding at both ends and inside


def cross_entropy(mask=None, biased=True, **options):
    loss = SoftmaxCrossEntropy(param("W", V, H), param("b", V) if biased else None, **options)
    return Case(loss, array(T, B, H), targets=TARGETS, mask=mask)


CASES = {
    "embedding": Case(Embedding(param("E", V, D)), IDS),
    "embedding, dropout": Case(Embedding(param("E", V, D), 0.4), IDS),
    "linear": Case(Linear(param("W", D, H), param("b", H)), array(T, B, D)),
    "linear, no bias": Case(Linear(param("W", D, H)), array(T, B, D)),
    "tanh": Case(Tanh(), array(T, B, D)),
    "window": Case(Window(3), array(T, B, D), array(2, B, D)),
    "window, one step": Case(Window(4), array(1, B, D), array(3, B, D)),
    "window, of one": Case(Window(1), array(T, B, D), array(0, B, D)),
    "lstm, two steps": stateful(recurrent("lstm"), T=2),
    "bidirectional": Case(
        Bidirectional(recurrent("lstm", "ahead"), recurrent("gru", "behind", H=2)),
        array(T, B, D),
        ((array(B, H), array(B, H)), array(B, 2)),
    ),
    "dropout": Case(Dropout(0.4), array(T, B, D)),
    "dropout, variational": Case(Dropout(0.4, variational=True), array(T, B, D)),
    "weight drop": stateful(WeightDrop(recurrent("lstm"), 0.4)),
    "residual": Case(Residual(recurrent("rnn", D=H)), array(T, B, H), array(B, H)),
    "layer norm": Case(LayerNorm(param("gain", D), param("bias", D)), array(T, B, D)),
    "chain": Case(
        Chain(Embedding(param("E", V, D)), recurrent("gru", "first"), Dropout(0.3), recurrent("rnn", "second", D=H)),
        IDS,
        (None, array(B, H), None, array(B, H)),
    ),
    "cross-entropy": cross_entropy(),
    "cross-entropy, no bias": cross_entropy(biased=False),
    "cross-entropy, smoothing": cross_entropy(smoothing=0.2),
    "cross-entropy, chunks": cross_entropy(smoothing=0.2, chunk=3 * V * 8),
    "cross-entropy, mask": cross_entropy(MASK),
    "activation penalty": Case(ActivationPenalty(2.0, 3.0), array(T, B, H)),
    "activation penalty, mask": Case(ActivationPenalty(2.0, 3.0), array(T, B, H), mask=MASK),
}
X4 = array(T, B, 4)
SEEN = np.array([[1, 0], [1, 1], [0, 1], [1, 1], [1, 0]], bool)  # padding that the first step of a sequence is, too
CASES |= {
    "rms norm": Case(RMSNorm(param("gain", D)), array(T, B, D)),
    "positions": Case(Positions(param("P", T + 1, D)), array(T, B, D)),
    "positions, fixed": Case(Positions(sinusoids(T + 1, D, float)), array(T, B, D)),
    "self-attention": Case(attention(dropout=0.3), X4),
    "self-attention, full": Case(attention(heads=1, biased=False, causal=False, dropout=0.3), X4, mask=SEEN),
    "self-attention, rotary": Case(attention(angles=angles(T + 1, 2, float)), X4, mask=SEEN),
    **{f"feed-forward, {kind}": Case(feed_forward(kind), X4) for kind in ("relu", "gelu", "swiglu")},
    "feed-forward, no bias": Case(feed_forward("swiglu", biased=False), X4),
    "block": Case(block(dropout=0.2), X4),
    "block, post-norm": Case(block(pre=False), X4),
}
for model in RECURRENT:
    CASES[model] = stateful(recurrent(model))
    CASES[f"{model}, own options"] = stateful(recurrent(model, **LANGUAGE_MODELS[model]))
    CASES[f"{model}, mask"] = stateful(recurrent(model, **LANGUAGE_MODELS[model]), mask=MASK)
CASES["bidirectional, mask"] = CASES["bidirectional"]._replace(mask=MASK)
CASES["ntm"] = Case(memory(), array(T, B, D), memory_state(memory()))
CASES["ntm, mask"] = CASES["ntm"]._replace(mask=MASK)
CASES["ntm, own start"] = CASES["ntm"]._replace(state=(*CASES["ntm"].state[:3], None))
LOSSES = [name for name in CASES if name.startswith(("cross-entropy", "activation"))]


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
