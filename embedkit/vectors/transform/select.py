"""Selection of words."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...text.vocab import Vocab


def pick(
    vocab: Vocab, among: np.ndarray | None = None, min_count: int | None = None, top: int | None = None
) -> np.ndarray:
    """Ids (n,) int64, rising, of the words `among` these ids that occur `min_count` times; of those the `top`.

    The top words are those with the highest counts, equal ones in the order of the vocabulary; where no counts are
    known, the first. Raises EmbedkitError where counts are needed and not known, or nothing is left.
    """
    ids = np.arange(len(vocab)) if among is None else np.unique(among)
    if min_count is not None:
        if vocab.counts is None:
            raise EmbedkitError("how often its words occur is not known", "--top N keeps the first N words")
        counts = vocab.counts[ids]
        ids = ids[counts >= min_count]
        if not len(ids):
            raise EmbedkitError(f"no word occurs {min_count} times; the most frequent does {counts.max()}")
    if top is not None:
        order = ids if vocab.counts is None else ids[np.argsort(-vocab.counts[ids], kind="stable")]
        ids = np.sort(order[:top])
    return ids
