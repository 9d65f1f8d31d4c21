"""Softmax cross-entropy, together with the projection to the vocabulary."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from ..layers.workspace import Backprop

CHUNK = 32 << 20  # bytes of logits at a time: 800 rows of 10,000 words in float32


class SoftmaxCrossEntropy:
    """Losses -log p(target | x) in nats, p = softmax(x Wᵀ + b), with W (V, H), a row for each word, and b (V,) or None.

    W may be the table of an `Embedding` (weight tying; Press & Wolf 2017, Inan et al. 2017). Logits never exist for
    more than `chunk` bytes of rows at a time.

    `smoothing`, in training only: this share of the target's mass is spread evenly over the vocabulary (Szegedy et al.
    2016), which the losses then count too.
    """

    def __init__(self, W: Param, b: Param | None = None, smoothing: float = 0.0, chunk: int = CHUNK):
        self.W, self.b, self.smoothing, self.chunk = W, b, smoothing, chunk
        self.params = [W] if b is None else [W, b]

    def forward(self, X, targets, ctx):
        """X (T, B, H) and ids (T, B) → losses (T, B), backprop.

        A negative target is not counted: its loss is 0 and nothing learns from it.
        """
        W, dtype = self.W.value, self.W.value.dtype
        (V, H), cells, take = W.shape, ctx.workspace.cells(dtype), ctx.workspace.take
        bias = None if self.b is None else self.b.value
        if ctx.mask is not None:
            targets = np.where(ctx.mask, targets, -1)
        rows, wanted = X.reshape(-1, H), np.ascontiguousarray(targets).reshape(-1)
        smoothing = self.smoothing if ctx.training else 0.0
        step = max(1, self.chunk // (V * dtype.itemsize))
        spans = [slice(i, min(i + step, len(rows))) for i in range(0, len(rows), step)]
        logits, losses = take((min(step, len(rows)), V), dtype), take((len(rows),), dtype)
        # Gradients are made while logits are there. Those of one chunk stay in their place; of several it is kept what
        # they give to inputs and parameters, as otherwise all logits would have to be made twice.
        is_made, is_one = ctx.gradients, len(spans) == 1

        def pass_over(span, losses, dbias):
            part = np.matmul(rows[span], W.T, out=logits[: span.stop - span.start])
            cells.softmax(part, bias, wanted[span], losses[span], smoothing, dbias)
            return part

        def summed(losses):
            """Gradients of the sum of the losses, which `losses` gets: of inputs, weights and bias."""
            dX, dbias, (dW, db) = take(rows.shape, dtype), take((V,), dtype), (take(W.shape, dtype), take((V,), dtype))
            for span in spans:
                part = pass_over(span, losses, dbias)
                np.matmul(part, W, out=dX[span])
                if not span.start:
                    np.matmul(part.T, rows[span], out=dW)
                    db[...] = dbias
                else:
                    dW += np.matmul(part.T, rows[span], out=take(W.shape, dtype))
                    db += dbias
            return dX, dW, db

        if is_made and not is_one:
            made = summed(losses)
        else:
            dbias = take((V,), dtype) if is_made else None
            for span in spans:
                made = pass_over(span, losses, dbias)

        def back(scale=1.0):
            if not is_one:
                dX, *sums = made if is_made else summed(take(losses.shape, dtype))
                for param, total in zip((self.W, self.b), sums):
                    if param is not None:
                        total *= scale
                        param.add(total)
            else:
                db = dbias if is_made else take((V,), dtype)
                part = made if is_made else pass_over(spans[0], take(losses.shape, dtype), db)
                dX = np.matmul(part, W, out=take(rows.shape, dtype))
                self.W.add_product(part.T, np.multiply(rows, scale, out=take(rows.shape, dtype)), ctx.workspace)
                if self.b is not None:
                    self.b.add(db * dtype.type(scale))
            dX *= scale
            return dX.reshape(X.shape)

        return losses.reshape(targets.shape), Backprop(back)

    def log_probabilities(self, X: np.ndarray) -> np.ndarray:
        """X (..., H) → log p of every word (..., V), natural."""
        logits = X @ self.W.value.T
        if self.b is not None:
            logits += self.b.value
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return logits
