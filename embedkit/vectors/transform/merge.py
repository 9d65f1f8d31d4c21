"""Several models in one: meta-embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...text.vocab import Vocab
from ..vectors import unit_rows
from .rows import id_blocks

MISSING = -1


def match(vocabs: Sequence[Vocab], union: bool = False) -> tuple[Vocab, np.ndarray]:
    """The words that all vocabularies have, or with `union` any of them, and the ids (n, V) int64 they have there.

    A word that vocabulary i lacks has ids[i] = -1. Words come in the order of the first vocabulary, then the second …;
    where all know counts, the larger of a word's counts is kept, and a union is sorted by it. The vocabulary may be
    empty.
    """
    words = dict.fromkeys(word for vocab in vocabs for word in vocab.words())
    ids = np.array([[MISSING if (id := vocab.id(word)) is None else id for word in words] for vocab in vocabs])
    ids = ids.reshape(len(vocabs), len(words))
    places = np.arange(len(words)) if union else np.flatnonzero((ids != MISSING).all(axis=0))
    counts = None
    if all(vocab.counts is not None for vocab in vocabs):
        known = [np.where(row == MISSING, 0, vocab.counts[row]) for vocab, row in zip(vocabs, ids)]
        counts = np.max(known, axis=0)
        if union:
            places = np.argsort(-counts, kind="stable")
    return Vocab.from_words(words, counts).take(places), ids[:, places]


def merge(sources: Sequence, ids: np.ndarray, how: str = "average", unit: bool = False) -> np.ndarray:
    """(V, D) float32 from the rows `ids` (n, V) of n dense sources, scaled to length 1 first if `unit`.

    average: the mean of the rows that there are, shorter ones filled up with zeros (Coates & Bollegala 2018)
    concatenate: one behind another, zeros for what is missing (Yin & Schütze 2016)
    """
    widths = [source.width for source in sources]
    ends = np.cumsum(widths) if how == "concatenate" else np.array(widths)
    result = np.empty((ids.shape[1], ends.max()), np.float32)
    for block in id_blocks(*result.shape):
        total = np.zeros((len(block), result.shape[1]))
        for source, row, end in zip(sources, ids[:, block], ends):
            there = np.flatnonzero(row != MISSING)
            rows = source.rows(row[there]).astype(np.float64)
            total[there, end - source.width : end] += unit_rows(rows) if unit else rows
        if how == "average":
            total /= (ids[:, block] != MISSING).sum(axis=0)[:, None]
        result[block] = total
    return result
