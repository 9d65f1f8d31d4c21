"""Attention over the places of a source: dot, general (Luong et al. 2015), additive (Bahdanau et al. 2015)."""

from __future__ import annotations

import numpy as np

from ...training.param import Param, collect
from .linear import Linear
from .workspace import Backprop


class Dot:
    """score(q, k) = qᵀ k, or with W (E, H) qᵀ Wᵀ k: then keys are projected once for all queries ("general")."""

    def __init__(self, W: Param | None = None):
        self.projection = None if W is None else Linear(W)
        self.params = [] if W is None else [W]

    def project(self, K, ctx):
        """Keys (S, B, E) as queries meet them (S, B, H), and the way back."""
        if self.projection is None:
            return K, Backprop(lambda dP: dP)
        P, _, back = self.projection.forward(K, None, ctx)
        return P, Backprop(lambda dP: back(dP)[0])

    def scores(self, Q, P, ctx):
        """Q (T, B, H), P (S, B, H) → (B, T, S), and the way back to both."""
        q, p = Q.transpose(1, 0, 2), P.transpose(1, 0, 2)
        scores = np.matmul(q, p.transpose(0, 2, 1), out=ctx.workspace.take((len(q), len(Q), len(P)), Q.dtype))

        def back(dS):
            dQ, dP = (ctx.workspace.take(array.shape, array.dtype) for array in (Q, P))
            np.matmul(dS, p, out=dQ.transpose(1, 0, 2))
            np.matmul(dS.transpose(0, 2, 1), q, out=dP.transpose(1, 0, 2))
            return dQ, dP

        return scores, Backprop(back)

    def query(self, Q):
        """Queries (N, H) as `of_places` takes them."""
        return Q

    def of_places(self, q, P):
        """`scores` without a way back: queries (B, k, H), keys (B, S, H) → (B, k, S)."""
        return np.matmul(q, P.transpose(0, 2, 1))


class Additive:
    """score(q, k) = vᵀ tanh(W q + U k), with W (H, A), U (E, A) and v (A,)."""

    def __init__(self, W: Param, U: Param, v: Param):
        self.W, self.U, self.v = Linear(W), Linear(U), v
        self.params = [W, U, v]

    def project(self, K, ctx):
        P, _, back = self.U.forward(K, None, ctx)
        return P, Backprop(lambda dP: back(dP)[0])

    def scores(self, Q, P, ctx):
        q, _, back_query = self.W.forward(Q, None, ctx)
        (T, B, A), S, cells, take = q.shape, len(P), ctx.workspace.cells(Q.dtype), ctx.workspace.take
        scores = take((B, T, S), Q.dtype)
        cells.additive_scores(q, P, self.v.value, scores)

        def back(dS):
            dq, dP = (ctx.workspace.zeros(array.shape, array.dtype) for array in (q, P))
            dv = ctx.workspace.zeros((A,), Q.dtype)
            cells.additive_back(q, P, self.v.value, dS, dq, dP, dv)
            self.v.add(dv)
            return back_query(dq)[0], dP

        return scores, Backprop(back)

    def query(self, Q):
        return Q @ self.W.W.value

    def of_places(self, q, P):
        return np.tanh(q[:, :, None] + P[:, None]) @ self.v.value


class Attention:
    """Contexts of queries: sums of the values of a source, weighted by the softmax of the scores of its places.

    `score` is a `Dot` or an `Additive`. Places past the end of a source weigh nothing. No layer by the contract of
    layers: its inputs are two sequences, and it has no state.
    """

    def __init__(self, score: Dot | Additive):
        self.score, self.params = score, collect([score])

    def attend(self, Q, P, K, mask, ctx):
        """Q (T, B, H), keys P of `score.project`, values K (S, B, E), mask (S, B) bool or None → contexts (T, B, E),
        weights (B, T, S), and `back(dC)` → (dQ, dP, dK)."""
        (T, B, _), E, take = Q.shape, K.shape[2], ctx.workspace.take
        weights, back_scores = self.score.scores(Q, P, ctx)
        softmax(weights, None if mask is None else ~mask.T[:, None, :])
        values = K.transpose(1, 0, 2)
        C = take((T, B, E), Q.dtype)
        np.matmul(weights, values, out=C.transpose(1, 0, 2))

        def back(dC):
            dc, dK = dC.transpose(1, 0, 2), take(K.shape, K.dtype)
            np.matmul(weights.transpose(0, 2, 1), dc, out=dK.transpose(1, 0, 2))
            dS = np.matmul(dc, values.transpose(0, 2, 1), out=take(weights.shape, weights.dtype))
            dS -= np.einsum("bts,bts->bt", dS, weights)[:, :, None]
            dS *= weights
            return *back_scores(dS), dK

        return C, weights, Backprop(back)


def softmax(scores: np.ndarray, padding: np.ndarray | None) -> None:
    """Scores (B, T, S) become weights, in their place; where `padding` (B, 1, S) is True, 0."""
    if padding is not None:
        np.copyto(scores, -np.inf, where=padding)
    scores -= scores.max(axis=2, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=2, keepdims=True)
