"""A block of a Transformer: self-attention, then the feed-forward part, each with a way around and a normalization."""

from __future__ import annotations

from .chain import Chain
from .dropout import Dropout
from .residual import Residual


class Block(Chain):
    """X (T, B, D) → (T, B, D).

    pre : normalization before each part, X + f(norm(X)) (Xiong et al. 2020); otherwise after it, norm(X + f(X)), as
        Vaswani et al. 2017 have it
    dropout : of what each part gives, before it is added
    """

    def __init__(self, attention, feed_forward, norms, pre: bool = True, dropout: float = 0.0):
        layers = []
        for part, norm in zip((attention, feed_forward), norms):
            noise = Dropout(dropout)
            layers += [Residual(Chain(norm, part, noise))] if pre else [Residual(Chain(part, noise)), norm]
        super().__init__(*layers)
