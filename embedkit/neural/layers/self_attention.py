"""Multi-head self-attention (Vaswani et al. 2017)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .heads.plain import turn
from .key_value_cache import KeyValueCache, SeveralCaches
from .linear import Linear
from .workspace import Backprop


class SelfAttention:
    """X (T, B, D) → softmax(q kᵀ / √d) v of each head, side by side, times W_out (D, D), plus b_out.

    Queries, keys and values are X W + b, W (D, 3D) having the columns of all queries first; d = D / heads numbers of
    each belong to a head. Biases may be None.

    causal : a step sees those up to itself; otherwise all
    angles : (C, d), T ≤ C: rotary positions, or None
    dropout : the share of attention weights that is dropped in training. Weights do not outlive the pass through a
        head: the way back makes them anew, and from a seed, head and place those that were dropped

    Of a padding mask, steps without a token are seen by none; what they give is arbitrary. With `ctx.cached`, in
    evaluation, the state holds keys and values of the steps before X (`KeyValueCache`), None being no steps; it works
    without compiled code, and has no way back.
    """

    def __init__(
        self,
        W: Param,
        b: Param | None,
        W_out: Param,
        b_out: Param | None,
        heads: int,
        causal: bool = True,
        angles: np.ndarray | None = None,
        dropout: float = 0.0,
    ):
        self.W, self.b, self.out, self.heads = W, b, Linear(W_out, b_out), heads
        self.causal, self.angles, self.dropout = causal, angles, dropout
        self.params = [W, *([] if b is None else [b]), *self.out.params]

    def forward(self, X, state, ctx):
        if ctx.cached:
            return self._forward_cached(X, state, ctx)
        (T, B, D), W, take, heads = X.shape, self.W.value, ctx.workspace.take, self.heads
        rows, cells, dtype = X.reshape(T * B, D), ctx.workspace.cells(W.dtype), W.dtype
        qkv = np.matmul(rows, W, out=take((T * B, 3 * D), dtype)).reshape(T, B, 3 * D)
        C, lse = take((T, B, D), dtype), take((B, heads, T), dtype)
        rate = self.dropout if ctx.training else 0.0
        seed = int(ctx.rng.integers(1 << 32)) if rate else 0
        keep = None if ctx.mask is None else np.ascontiguousarray(ctx.mask.T, dtype)
        angles = None if self.angles is None else self.angles[:T].astype(dtype, copy=False)
        if self.b is not None:
            qkv += self.b.value
        if angles is not None:
            cells.rotate(qkv, angles, heads)
        given = qkv, keep, heads, self.causal, rate, seed, C, lse
        cells.attention(*given)
        Y, _, back_out = self.out.forward(C, None, ctx)

        def back(dY, dstate=None):
            dC, _ = back_out(dY)
            dqkv = take((T, B, 3 * D), dtype)
            cells.attention_back(*given, dC, dqkv)
            if angles is not None:
                cells.rotate(dqkv, angles, heads, back=True)
            drows = dqkv.reshape(T * B, 3 * D)
            self.W.add_product(rows.T, drows, ctx.workspace)
            if self.b is not None:
                self.b.add(drows.sum(axis=0))
            return np.matmul(drows, W.T, out=take((T * B, D), dtype)).reshape(X.shape), dstate

        return Y, state, Backprop(back)

    def _forward_cached(self, X, cache, ctx):
        (T, B, D), heads = X.shape, self.heads
        cache = cache or KeyValueCache.empty(B, heads, ctx.cached, D // heads, X.dtype)
        qkv = X.reshape(T * B, D) @ self.W.value
        if self.b is not None:
            qkv += self.b.value
        q, k, v = qkv.reshape(T, B, 3, heads, -1).transpose(2, 1, 3, 0, 4)
        before = cache.length
        if self.angles is not None:
            angles = self.angles[before : before + T]
            q, k = turn(q, angles), turn(k, angles)
        cache = cache.extended(k, v)
        q = q / np.sqrt(X.dtype.type(q.shape[-1]))
        if isinstance(cache, SeveralCaches):
            C = np.concatenate([self._attend(q[b : b + 1], own, before) for b, own in enumerate(cache)])
        else:
            C = self._attend(q, cache, before)
        return self.out.forward(C.transpose(2, 0, 1, 3).reshape(T, B, D), None, ctx)[0], cache, None

    def _attend(self, q, cache, before):
        """Contexts (B, heads, T, d) of queries, with `before` steps in the cache that came before them."""
        P, T = q @ cache.keys.transpose(0, 1, 3, 2), q.shape[2]
        if T > 1 and self.causal:
            P[..., ~np.tri(T, before + T, before, dtype=bool)] = -np.inf
        P -= P.max(axis=-1, keepdims=True)
        np.exp(P, out=P)
        P /= P.sum(axis=-1, keepdims=True)
        return P @ cache.values
