"""Linear classifiers of bags of words and n-grams (Joulin et al. 2017), fastText's among them. NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np

from ..text.labelled import PREFIX
from ..text.tokenize import line_splitter
from ..text.vocab import ERRORS, Vocab
from ..vectors.ngrams import Ngrams
from ..vectors.subwords import ngram_rows
from .hashing import END, ngram_hashes, word_hashes

GATHER = 1 << 21  # numbers summed at a time


class Bag(NamedTuple):
    """Features of N texts: text n has rows `ids[starts[n]:ends[n]]`, each `values` times."""

    ids: np.ndarray
    values: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


class Occurrences(NamedTuple):
    """Features of texts, one by one: `rows` (-1 where there is none), the text of each, and the first and last of
    `tokens` that it is of."""

    rows: np.ndarray
    owners: np.ndarray
    first: np.ndarray
    last: np.ndarray
    tokens: list[str]


class Tree(NamedTuple):
    """The ways of labels through a Huffman tree; see `word2vec.huffman`."""

    starts: np.ndarray
    nodes: np.ndarray
    signs: np.ndarray


@dataclass
class LinearClassifier:
    """Labels, features, and a row for each feature.

    labels, vocab : K labels, V words, `</s>` among them, with their counts
    rows : (V + U, D) float32: of words, then of buckets; they are scores where `outputs` is None (D is K)
    outputs : (K, D) float32, or rows of inner nodes for hierarchical softmax
    buckets : (U,) int32, rising, those that have a row; None is all of `size`
    size : buckets of n-grams
    word_ngrams : longest n-grams of words; ngrams : those of characters, or None
    loss : softmax, hs, ns or ova
    by_count : values are shares of the features; otherwise presence, times `scales` (V + U,) if there are some, all
        divided by their norm
    splits : reads a line as fastText does, at white space alone
    tree : of hierarchical softmax
    compiled : makes a `Bag` of many lines in compiled code, or None
    """

    labels: Vocab
    vocab: Vocab
    rows: np.ndarray
    outputs: np.ndarray | None
    buckets: np.ndarray | None
    size: int
    word_ngrams: int
    ngrams: Ngrams | None
    loss: str
    by_count: bool
    scales: np.ndarray | None
    metadata: dict = field(default_factory=dict)
    tree: Tree | None = None
    compiled: Callable | None = None

    def __post_init__(self):
        config = self.metadata.get("config")
        options = config.get("text") if isinstance(config, dict) else None
        self.split = line_splitter(options) if options else _fasttext_words
        self.end = self.vocab.id(END)

    @property
    def binary(self) -> bool:
        """True if labels are independent of each other."""
        return self.loss in ("ova", "ns")

    def probabilities(self, lines: Sequence[str]) -> np.ndarray:
        """(n, K) float32; see `protocol.TextClassifier`."""
        return self.of_scores(self.scores(self.bag(lines)))

    def bag(self, lines: Sequence[str]) -> Bag:
        """The features of lines."""
        if self.compiled is not None:
            return self.compiled(self, lines)
        found = self.occurrences(lines)
        total = np.bincount(found.owners, minlength=len(lines))
        known = found.rows >= 0
        rows, owners = found.rows[known], found.owners[known]
        keys, counts = np.unique(owners * len(self.rows) + rows, return_counts=True)
        owners, rows = keys // len(self.rows), keys % len(self.rows)
        ends = np.cumsum(np.bincount(owners, minlength=len(lines)))
        return Bag(rows, self.values(rows, counts, owners, total), np.append(0, ends[:-1]), ends)

    def values(self, rows: np.ndarray, counts: np.ndarray, owners: np.ndarray, total: np.ndarray) -> np.ndarray:
        """(n,) float32 values of features; `total` (N,) is how many a text has, known or not."""
        if self.by_count:
            return (counts / total[owners]).astype(np.float32)
        values = np.ones(len(rows)) if self.scales is None else self.scales[rows].astype(np.float64)
        norms = np.sqrt(np.bincount(owners, values * values, minlength=len(total)))
        return (values / np.where(norms > 0, norms, 1)[owners]).astype(np.float32)

    def scores(self, bag: Bag) -> np.ndarray:
        """(N, K) float32: the scores of labels, or of the inner nodes of hierarchical softmax."""
        N, D = len(bag.ends), self.rows.shape[1]
        hidden = np.zeros((N, D), np.float32)
        step, sizes = max(1, GATHER // D), bag.ends - bag.starts
        first = 0
        while first < N:
            room = np.searchsorted(bag.ends, bag.starts[first] + step, "right")
            last = max(first + 1, min(N, int(room)))
            filled = first + np.flatnonzero(sizes[first:last])
            if len(filled):
                span = slice(bag.starts[first], bag.ends[last - 1])
                parts = self.rows[bag.ids[span]] * bag.values[span, None]
                hidden[filled] = np.add.reduceat(parts, bag.starts[filled] - bag.starts[first], axis=0)
            first = last
        return hidden if self.outputs is None else hidden @ self.outputs.T

    def of_scores(self, scores: np.ndarray) -> np.ndarray:
        """(N, K) float32 probabilities of scores."""
        with np.errstate(over="ignore"):
            if self.loss == "softmax":
                grown = np.exp(scores - scores.max(1, keepdims=True))
                return grown / grown.sum(1, keepdims=True)
            if self.loss != "hs":
                return 1 / (1 + np.exp(-scores))
            found = np.ones((len(scores), len(self.labels)), np.float32)
            for label, (begin, end) in enumerate(zip(self.tree.starts, self.tree.starts[1:])):
                turns = scores[:, self.tree.nodes[begin:end]] * self.tree.signs[begin:end]
                found[:, label] = (1 / (1 + np.exp(-turns))).prod(1)
            return found

    def explain(self, line: str, label: int) -> list[tuple[str, float]]:
        """(words, amount): what each word, with its n-grams of characters, and each n-gram of words adds to the score
        of a label; the largest amounts first. They add up to the score. Of hierarchical softmax it is the log
        probability, to first order."""
        found = self.occurrences([line])
        known = np.flatnonzero(found.rows >= 0)
        rows, place, counts = np.unique(found.rows[known], return_inverse=True, return_counts=True)
        total = np.array([len(found.rows)])
        values = self.values(rows, counts, np.zeros(len(rows), np.int64), total) / counts
        amounts = (self.rows[rows] @ self._direction(line, label)) * values
        parts: dict[str, float] = {}
        for at, amount in zip(known.tolist(), amounts[place].tolist()):
            name = " ".join(found.tokens[found.first[at] : found.last[at] + 1])
            parts[name] = parts.get(name, 0.0) + amount
        return sorted(parts.items(), key=lambda part: -abs(part[1]))

    def _direction(self, line: str, label: int) -> np.ndarray:
        """(D,) the derivative of the score of a label by the hidden vector."""
        if self.loss == "hs":
            span = slice(self.tree.starts[label], self.tree.starts[label + 1])
            nodes, signs = self.tree.nodes[span], self.tree.signs[span]
            turns = self.scores(self.bag([line]))[0, nodes] * signs
            return (self.outputs[nodes] * (signs / (1 + np.exp(turns)))[:, None]).sum(0)
        return np.eye(len(self.labels), dtype=np.float32)[label] if self.outputs is None else self.outputs[label]

    def occurrences(self, lines: Sequence[str]) -> Occurrences:
        """The features of lines, each with its place."""
        split = [[*self.split(line), END] for line in lines]
        tokens = list(chain.from_iterable(split))
        owners = np.repeat(np.arange(len(lines)), [len(words) for words in split])
        types = list(dict.fromkeys(tokens))
        place = dict(zip(types, range(len(types))))
        codes = np.fromiter(map(place.__getitem__, tokens), np.int64, len(tokens))
        ids = np.array([-1 if (id := self.vocab.id(word)) is None else id for word in types], np.int64)
        rows, first, last = [ids[codes]], [np.arange(len(tokens))], [np.arange(len(tokens))]
        encoded = [word.encode("utf-8", ERRORS) for word in types]
        if self.ngrams is not None:
            sub, where = self._subwords(encoded, codes)
            rows, first, last = [*rows, sub], [*first, where], [*last, where]
        if self.word_ngrams > 1:
            for n, places, hashed in ngram_hashes(word_hashes(encoded)[codes], owners, self.word_ngrams):
                rows.append(self.bucket_rows((hashed % np.uint64(self.size)).astype(np.int64)))
                first.append(places)
                last.append(places + n - 1)
        first = np.concatenate(first)
        # An unknown word has no row of its own, which is no feature; an n-gram without one is a feature that adds 0.
        kept = np.append(rows[0] >= 0, np.ones(len(first) - len(tokens), bool))
        found = np.concatenate(rows)[kept], owners[first][kept], first[kept], np.concatenate(last)[kept]
        return Occurrences(*found, tokens)

    def _subwords(self, types: list[bytes], codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the n-grams of characters of all tokens, and the place of the token of each."""
        whose, found = [], []
        for part, mine, buckets in ngram_rows(types, self.size, self.ngrams):
            whose.append(mine + part.start)
            found.append(buckets)
        edges = np.searchsorted(np.concatenate(whose), np.arange(len(types) + 1))
        rows = self.bucket_rows(np.concatenate(found).astype(np.int64))
        sizes = np.diff(edges)[codes]
        ends = np.cumsum(sizes)
        inside = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        return rows[np.repeat(edges[codes], sizes) + inside], np.repeat(np.arange(len(codes)), sizes)

    def bucket_rows(self, buckets: np.ndarray) -> np.ndarray:
        """(n,) int64 rows of buckets, -1 of those that have none."""
        V = len(self.vocab)
        if self.buckets is None:
            return V + buckets
        if not len(self.buckets):
            return np.full(len(buckets), -1, np.int64)
        place = np.minimum(np.searchsorted(self.buckets, buckets), len(self.buckets) - 1)
        return np.where(self.buckets[place] == buckets, V + place, -1)


def _fasttext_words(line: str) -> list[str]:
    """The words of a line as fastText splits it: labels are none."""
    found = line.encode("utf-8", ERRORS).replace(b"\0", b" ").split()
    return [word.decode("utf-8", ERRORS) for word in found if not word.startswith(PREFIX)]
