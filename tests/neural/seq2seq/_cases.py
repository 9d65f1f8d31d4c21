"""Small networks of every shape that the options allow, in float64."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from embedkit.neural.seq2seq.network import Network, build
from embedkit.neural.seq2seq.options import Seq2SeqModel
from embedkit.training.param import Param

V_SOURCE, V_TARGET = 7, 6
NTM = {"cell": "ntm", "attention": "none", "memory_rows": 5, "memory_width": 3}

CASES = {
    "plain": {"attention": "none"},
    "peeky, hidden state alone": {"attention": "none", "peeky": True, "bridge": "hidden"},
    "nothing handed on": {"attention": "none", "peeky": True, "bridge": "none", "cell": "gru"},
    "dot": {"attention": "dot"},
    "general, reverse": {"attention": "general", "reverse": True},
    "additive, gru": {"attention": "additive", "cell": "gru"},
    "bidirectional, two layers": {"bidirectional": True, "layers": 2, "attention": "general"},
    "bidirectional gru, peeky": {"bidirectional": True, "cell": "gru", "peeky": True, "attention": "additive"},
    "bidirectional rnn": {"bidirectional": True, "cell": "rnn", "attention": "none"},
    "input feeding": {"attention": "general", "input_feeding": True, "layers": 2},
    "input feeding, peeky": {"attention": "dot", "input_feeding": True, "peeky": True, "cell": "rnn"},
    "GNMT": {
        "bidirectional": True,
        "bidirectional_layers": 1,
        "layers": 3,
        "residual": True,
        "attention": "additive",
        "attention_layer": "bottom",
    },
    "GNMT, input feeding": {"layers": 2, "attention": "dot", "attention_layer": "bottom", "input_feeding": True},
    "ntm": {**NTM, "bridge": "none"},
    "ntm, controller handed on, peeky": {**NTM, "peeky": True},
    "tied": {"tie": True, "embed": 4, "share": True},
    "dropout": {"dropout": 0.3, "layers": 2},
    "variational dropout, input feeding": {"dropout": 0.3, "dropout_kind": "variational", "input_feeding": True},
}


def options(**given) -> SimpleNamespace:
    """Options of a small model."""
    return SimpleNamespace(**vars(Seq2SeqModel(**{"embed": 3, "hidden": 4, **given})))


def network(share: bool = False, smoothing: float = 0.0, dtype=np.float64, **given) -> Network:
    """A network none of whose parameters is zero."""
    rng = np.random.default_rng(3)

    def make(name, shape, initializer):
        return Param(name, (initializer(rng, shape) + 0.4 * rng.normal(size=shape)).astype(dtype))

    V = V_TARGET if share else V_SOURCE
    return build(options(**given), V, V_TARGET, share, make, smoothing)


def pairs() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Sources and targets of different lengths."""
    rng = np.random.default_rng(4)
    sources = [rng.integers(2, V_TARGET, size).astype(np.int32) for size in (3, 1, 5)]
    return sources, [rng.integers(2, V_TARGET, size).astype(np.int32) for size in (2, 4, 1)]
