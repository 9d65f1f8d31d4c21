"""The n-grams of a text, order by order, by sorting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Counted(NamedTuple):
    """All G n-grams of one order.

    An n-gram is the index of its first n - 1 words among the (n-1)-grams, and its last word: one number.

    keys : (G,) int64, rising: prefix * V + last word; of single words, the ids 0 to V - 1
    counts : (G,) int32 occurrences
    suffix : (G,) int32, the index of its last n - 1 words among the (n-1)-grams; of single words 0
    """

    keys: np.ndarray
    counts: np.ndarray
    suffix: np.ndarray


def count(ids: np.ndarray, eos: int, V: int, order: int) -> list[Counted]:
    """The n-grams of 1 to `order` words in the text `ids` (N,), in which `eos` ends every line.

    A line begins after an `eos`, which is the first word of the n-grams that begin there, and no n-gram goes on behind
    one. So `eos` stands for `<s>` as the first of several words, else for `</s>`. Orders are left out that no line is
    long enough for.
    """
    words = ids.astype(np.int64)
    orders = [Counted(np.arange(V), np.bincount(words, minlength=V).astype(np.int32), np.zeros(V, np.int32))]
    found = ids  # the index of the n-gram that ends at each token, -1 where the line is too short for one
    before = np.concatenate([[eos], words[:-1]])  # the same, at the token before
    while len(orders) < order:
        at = np.flatnonzero(before >= 0)
        if not len(at):
            break
        keys = before[at] * V + words[at]
        sort = np.argsort(keys)
        at, keys = at[sort], keys[sort]
        is_first = np.concatenate([[True], keys[1:] != keys[:-1]])
        first = np.flatnonzero(is_first)
        counts = np.diff(first, append=len(keys)).astype(np.int32)
        orders.append(Counted(keys[first], counts, found[at[first]]))
        found = np.full(len(words), -1, np.int32)
        found[at] = np.cumsum(is_first) - 1
        before = np.concatenate([[-1], np.where(words == eos, -1, found)[:-1]])
    return orders
