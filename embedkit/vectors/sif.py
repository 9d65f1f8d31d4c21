"""Smooth inverse frequency: vectors of texts, weighted by word frequency, without their common component.

Arora, Liang & Ma 2017, algorithm 1; as in its authors' SIF_embedding.py, rows are not centred.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from ..errors import EmbedkitError
from ..io.files import open_input
from .query import combine, is_sparse, known_words

BLOCK = 1024  # rows whose products are added at a time
ALONE = 1e-6  # share of the squared lengths that must lie outside the component, or the texts are all one direction


class Sif:
    """SIF vectors of the texts of a dense query source that knows the counts of its words.

    a : smoothing parameter; a word of relative frequency p weighs a / (a + p), one without a count 1

    EmbedkitError where the source is sparse, or has no counts.
    """

    def __init__(self, source, a: float = 1e-3):
        if is_sparse(source):
            raise EmbedkitError(
                "SIF takes dense vectors, and these are sparse", "embedkit train svd TEXT -o OUT makes them"
            )
        if source.vocab.counts is None:
            raise EmbedkitError(
                "SIF weighs words by frequency, and there are no counts in the file",
                "native and word2vec text files of embedkit keep them; --pool mean needs none",
            )
        self.source, self.a = source, a
        self._total = float(source.vocab.counts.sum()) or 1.0

    def weights(self, ids: np.ndarray) -> np.ndarray:
        """(n,) float64: a / (a + p) of the words `ids`; 1 of words that n-grams have made."""
        counts = self.source.vocab.counts
        inside = ids < len(counts)
        share = np.where(inside, counts[np.where(inside, ids, 0)] / self._total, 0.0)
        return self.a / (self.a + share)

    def known_in(self, line: str) -> np.ndarray:
        """(n,) int64 ids of the known words of a line of text."""
        return known_words(self.source, line)[0]

    def mean(self, ids: np.ndarray) -> np.ndarray:
        """(D,) float32: the weighted rows of the words of a text `ids` (n,), added and divided by n (equation 2)."""
        different, counts = np.unique(ids, return_counts=True)
        return combine(self.source, different, counts * self.weights(different) / len(ids))


def common_component(rows: Iterable[np.ndarray]) -> np.ndarray | None:
    """The first right singular vector (D,) float64 of `rows`, vectors (D,); None where all of them are one direction.

    That is so for a single text: without its component nothing would be left of it.
    """
    rows, gram = iter(rows), 0.0
    while block := list(islice(rows, BLOCK)):
        block = np.array(block, np.float64)
        gram = gram + block.T @ block
    if not np.ndim(gram):
        return None
    squares, vectors = np.linalg.eigh(gram)
    return vectors[:, -1] if squares[:-1].sum() > ALONE * squares[-1] else None


def component_of_text(sif: Sif, path: str) -> np.ndarray:
    """The common component (D,) of the lines of a file ("-" is stdin); EmbedkitError where they have none."""
    with open_input(path) as file:
        lines = (line.decode("utf-8", "surrogateescape").rstrip("\r\n") for line in file)
        component = common_component(sif.mean(ids) for ids in map(sif.known_in, lines) if len(ids))
    if component is None:
        raise EmbedkitError(
            f"{path}: its lines give no common component", "name a text of many lines, best that of the vectors"
        )
    return component


def without(rows: np.ndarray, component: np.ndarray | None) -> np.ndarray:
    """`rows` (n, D) float32 without their projection on `component`."""
    if component is None:
        return np.asarray(rows, np.float32)
    rows = np.asarray(rows, np.float64)
    return (rows - (rows @ component)[:, None] * component).astype(np.float32)
