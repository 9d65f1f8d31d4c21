"""Positions, which self-attention does not see by itself: added to its inputs, or as angles of queries and keys."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .workspace import Backprop

BASE = 10000.0  # the slowest wave is this many times as long as the fastest, about


def angles(T: int, d: int, dtype=np.float32) -> np.ndarray:
    """Rotary positions (Su et al. 2021), (T, d): cosine and sine, in turn, of t · 10000^(-2i/d) for pair i of d.

    Pairs are of neighbours, as in the paper and in LLaMA's first code; others pair the halves of a head.
    """
    turns = np.arange(T)[:, None] * BASE ** (-np.arange(0, d, 2) / d)
    return np.stack([np.cos(turns), np.sin(turns)], axis=-1).reshape(T, d).astype(dtype)


def sinusoids(T: int, D: int, dtype=np.float32) -> np.ndarray:
    """Sinusoidal positions (Vaswani et al. 2017): sine and cosine, in turn, of t · 10000^(-2i/D), (T, D)."""
    turns = np.arange(T)[:, None] * BASE ** (-np.arange(0, D, 2) / D)
    return np.stack([np.sin(turns), np.cos(turns)], axis=-1).reshape(T, -1)[:, :D].astype(dtype)


class Positions:
    """X (T, B, D) plus row t of a table (C, D), T ≤ C, at every step: learnt where it is a `Param`, or fixed.

    The state, where `ctx.cached` asks for it, is the number of steps before X.
    """

    def __init__(self, table: Param | np.ndarray):
        self.table = table
        self.params = [table] if isinstance(table, Param) else []

    def forward(self, X, state, ctx):
        T, begin = len(X), state or 0
        rows = self.table.value if self.params else self.table
        Y = np.add(X, rows[begin : begin + T, None], out=ctx.workspace.take(X.shape, X.dtype))

        def back(dY, dstate=None):
            if self.params:
                self.table.add_rows(np.arange(begin, begin + T), dY.sum(axis=1))
            return dY, dstate

        return Y, begin + T if ctx.cached else state, Backprop(back)
