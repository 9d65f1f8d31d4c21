"""Hashes of words and of their n-grams, as in fastText (src/dictionary.cc)."""

from __future__ import annotations

import numpy as np

from ..vectors.ngrams import OFFSET, PRIME

MULTIPLIER = np.uint64(116049371)
END = "</s>"  # the word that ends every text


def word_hashes(words: list[bytes]) -> np.ndarray:
    """(n,) uint64: FNV-1a of each word, in which bytes enter as signed numbers; 32 bits, extended by their sign."""
    sizes = np.array([*map(len, words)], np.int64)
    data, ends = np.frombuffer(b"".join(words), np.int8), np.cumsum(sizes)
    at, found, live = ends - sizes, np.full(len(words), OFFSET, np.uint32), np.arange(len(words))
    while len(live := live[at[live] < ends[live]]):
        found[live] = (found[live] ^ data[at[live]].astype(np.int32).view(np.uint32)) * PRIME
        at[live] += 1
    return found.view(np.int32).astype(np.int64).view(np.uint64)


def ngram_hashes(hashes: np.ndarray, owners: np.ndarray, longest: int):
    """(n, places, hashes) of the n-grams of 2 to `longest` words: of each the first word, (m,), and its hash, uint64.

    hashes : (N,) uint64 of the words of texts, which end with `</s>`; owners : (N,) the text of each, rising
    """
    found = hashes
    for n in range(2, longest + 1):
        found = found[:-1] * MULTIPLIER + hashes[n - 1 :]
        whole = owners[: len(found)] == owners[n - 1 :]
        yield n, np.flatnonzero(whole), found[whole]
