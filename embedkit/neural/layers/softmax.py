"""The last layer of a language model: softmax and cross-entropy in one."""

from __future__ import annotations

import numpy as np

from ...training.param import Param
from .workspace import Backprop

CHUNK = 32 << 20  # bytes of logits at a time: 800 rows of 10,000 words in float32


class Softmax:
    """Losses -log p(target | x) in nats, p = softmax(x Wᵀ + b), with W (V, H), a row for each word, and b (V,) or None.

    W may be the table of an `Embedding` (weight tying; Press & Wolf 2017, Inan et al. 2017). Logits never exist for
    more than `chunk` bytes of rows at a time.

    `smoothing`, in training only: this share of the target's mass is spread evenly over the vocabulary (Szegedy et al.
    2016), which the losses then count too.
    """

    def __init__(self, W: Param, b: Param | None = None, smoothing: float = 0.0, chunk: int = CHUNK):
        self.W, self.b, self.smoothing, self.chunk = W, b, smoothing, chunk

    @property
    def params(self) -> list[Param]:
        return [self.W] if self.b is None else [self.W, self.b]

    def forward(self, X, targets, rng, workspace):
        """X (T, B, H) and ids (T, B) → losses (T, B), None, backprop.

        A negative target is not counted: its loss is 0 and nothing learns from it. `backprop(scale)` takes one
        number and goes down scale · sum(losses); 1 / number of tokens for their mean. It gives (dX, None).
        """
        W, dtype = self.W.value, self.W.value.dtype
        (V, H), cells, take = W.shape, workspace.cells(dtype), workspace.take
        bias = None if self.b is None else self.b.value
        rows, wanted = X.reshape(-1, H), np.ascontiguousarray(targets).reshape(-1)
        smoothing = 0.0 if rng is None else self.smoothing
        step = max(1, self.chunk // (V * dtype.itemsize))
        spans = [slice(i, min(i + step, len(rows))) for i in range(0, len(rows), step)]
        logits = take((min(step, len(rows)), V), dtype)
        losses, unused, dbias = take((len(rows),), dtype), take((len(rows),), dtype), take((V,), dtype)
        # Where all rows are one chunk, its gradient is made while its logits are still in the cache.
        is_made = rng is not None and len(spans) == 1

        def pass_over(span, losses, dbias):
            part = np.matmul(rows[span], W.T, out=logits[: span.stop - span.start])
            cells.softmax(part, bias, wanted[span], losses[span], smoothing, dbias)
            return part

        for span in spans:
            made = pass_over(span, losses, dbias if is_made else None)

        def back(scale=1.0, dstate=None):
            dX, scaled = take(rows.shape, dtype), np.multiply(rows, scale, out=take(rows.shape, dtype))
            for span in spans:
                part = made if is_made else pass_over(span, unused, dbias)
                np.matmul(part, W, out=dX[span])
                self.W.add_product(part.T, scaled[span], workspace)
                if self.b is not None:
                    self.b.add(dbias * dtype.type(scale))
            dX *= scale
            return dX.reshape(X.shape), None

        return losses.reshape(targets.shape), None, Backprop(back)

    def log_probabilities(self, X: np.ndarray) -> np.ndarray:
        """X (..., H) → log p of every word (..., V), natural."""
        logits = X @ self.W.value.T
        if self.b is not None:
            logits += self.b.value
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return logits
