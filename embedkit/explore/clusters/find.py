"""Clustering of the words of vectors: which words, by which method, and what is to be said of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...errors import EmbedkitError
from ...eval.source import check_finite
from ...units import counted
from ...vectors.query import find
from ...vectors.vectors import unit_rows
from . import density, hierarchy, quality
from .kmeans import k_means


class Asked(NamedTuple):
    """Words to cluster, the most frequent first: `rows` (n, D) float32, `labels` are their categories, or None."""

    words: list[str]
    rows: np.ndarray
    labels: list[str] | None


class Options(NamedTuple):
    """The method and its options, as those of the command; `k` is a number, "auto" or None."""

    method: str = "kmeans"
    k: int | str | None = None
    metric: str = "cosine"
    linkage: str = "average"
    radius: float | None = None
    min_size: int = 5
    seed: int = 1


def chosen(source, limit: int, words: str | None, categories: str | None, unknown: Callable[[str], None]) -> Asked:
    """The first `limit` words of `source` (0: all), or those in a file of `words` or of `categories`; `unknown` is told
    of those that it lacks."""
    labels = None
    if categories:
        from ...eval.categories import read_categories

        data = read_categories(categories)
        labels = dict(zip(data.words, data.labels))
    if words or categories:
        from ...text.word_list import read_words

        listed = list(labels) if categories else read_words(words)
        ids = {find(source, word): word for word in listed}
        for word in listed:
            if find(source, word) is None:
                unknown(f"unknown word: {word}")
        ids = sorted(id for id in ids if id is not None)
        named = {find(source, word): label for word, label in (labels or {}).items()}
        labels = [named[id] for id in ids] if categories else None
    else:
        ids = list(range(min(limit or len(source.vocab), len(source.vocab))))
    check_finite(source, np.array(ids, np.int64))
    return Asked([source.vocab[id] for id in ids], source.rows(np.array(ids, np.int64)), labels)


@dataclass(frozen=True, eq=False)
class Found:
    """Clusters: `of` (n,) int64 is the cluster of each word, 0 to k - 1, the largest first, -1 is noise. `rows` have
    length 1 if `is_cosine`; `merges` are the tree of agglomerative; `dropped` words had no direction."""

    asked: Asked
    rows: np.ndarray
    of: np.ndarray
    is_cosine: bool
    dropped: int
    merges: np.ndarray | None = None

    @property
    def k(self) -> int:
        """The number of clusters."""
        return int(self.of.max()) + 1

    def words(self) -> Iterator[dict]:
        """A row for each word, in the order of the vocabulary; noise has no distance."""
        for word, cluster, distance in zip(self.asked.words, self.of.tolist(), self._distances()):
            yield {"word": word, "cluster": cluster + 1, "distance": distance if cluster >= 0 else None}

    def clusters(self) -> Iterator[dict]:
        """A row for each cluster."""
        if not self.k:
            return
        named = quality.names(self.asked.words, self.rows, self.of, self.is_cosine)
        distances, scores = self._distances(), self._silhouettes()
        for cluster, name in enumerate(named):
            inside = self.of == cluster
            known = scores[inside][~np.isnan(scores[inside])]
            score = np.float32(known.mean()) if len(known) else None
            counts = {"words": int(inside.sum()), "distance": np.float32(distances[inside].mean())}
            yield {"cluster": cluster + 1, "name": name, **counts, "silhouette": score}

    def remarks(self) -> Iterator[str]:
        """Sentences about the whole."""
        scores = self._silhouettes()
        known = scores[~np.isnan(scores)]
        said = f"{counted(self.k, 'cluster')} of {counted(len(self.of), 'word')}"
        said += f", silhouette {known.mean():.4f}" if len(known) else ""
        if self.asked.labels is not None:
            of = f"{len(set(self.asked.labels))} categories"
            said += f", purity {quality.purity(self.of, self.asked.labels):.4f} ({of})"
        if noise := int((self.of < 0).sum()):
            said += f"; {100 * noise / len(self.of):.1f} % are noise"
        yield said
        if self.dropped:
            yield f"{counted(self.dropped, 'word')} without direction left out"

    def _distances(self) -> np.ndarray:
        found = np.full(len(self.of), np.nan, np.float32)
        known = self.of >= 0
        if known.any():
            found[known] = quality.to_centroid(self.rows[known], self.of[known], self.k, self.is_cosine)
        return found

    def _silhouettes(self) -> np.ndarray:
        found, known = np.full(len(self.of), np.nan), self.of >= 0
        if self.k > 1:
            found[known] = quality.silhouettes(self.rows[known], self.of[known], self.is_cosine)
        return found


def cluster(asked: Asked, options: Options) -> Found:
    """The clusters of `asked`. EmbedkitError where there are fewer words than clusters, or too many for the method."""
    is_cosine, dropped, rows = options.metric == "cosine", 0, asked.rows
    if is_cosine:
        there = rows.any(1)
        dropped, rows = int((~there).sum()), unit_rows(rows[there])
        kept = np.flatnonzero(there).tolist()
        labels = None if asked.labels is None else [asked.labels[i] for i in kept]
        asked = Asked([asked.words[i] for i in kept], rows, labels)
    k, n = _number(asked, options), len(asked.words)
    if n < max(k, 3):
        hint = "--k is for so many words too large" if n > 2 else "--vocab and --categories name words that FILE has"
        raise EmbedkitError(f"{counted(n, 'word')} for {counted(max(k, 2), 'cluster')}", hint)
    merges = hierarchy.tree(rows, options.linkage, is_cosine) if options.method == "agglomerative" else None
    if options.method in ("kmeans", "agglomerative"):
        k = k or quality.choose_k(rows, is_cosine, options.seed)
        of = k_means(rows, k, is_cosine, options.seed) if merges is None else hierarchy.cut(merges, k)
    elif options.method == "dbscan":
        # Of unit rows the squared distance is twice 1 - cosine.
        asked_for = options.radius and ((2 * options.radius) ** 0.5 if is_cosine else options.radius)
        of = density.dbscan(rows, asked_for or density.usual_radius(rows, options.min_size), options.min_size)
    else:
        of = density.hdbscan(rows, options.min_size)
    return Found(asked, rows, quality.dense_numbers(of), is_cosine, dropped, merges)


def _number(asked: Asked, options: Options) -> int:
    """Clusters that are wanted; 0 where the data is to tell."""
    if options.method in ("dbscan", "hdbscan"):
        if options.k is not None:
            raise EmbedkitError(f"{options.method} finds the number of clusters itself", "leave --k out")
        return 0
    if options.k is None and asked.labels is not None:
        return len(set(asked.labels))
    return 0 if options.k in (None, "auto") else options.k
