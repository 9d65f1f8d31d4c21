"""Word vectors as people ask them in Python.

Where gensim's `KeyedVectors` differ: `similar` is `most_similar` and takes `k` for `topn`; its query may be an
expression, "king - man + woman", of rows scaled to length 1 as there; `analogy(a, b, c)` is
`most_similar(positive=[b, c], negative=[a])`; `restrict_vocab`, `similarity`, `in`, `len` and `v["king"]` are the same.
A word in another case or Unicode form is found as the corpus had it. Vectors are read-only views of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..vectors import formats, ranking
from ..vectors.query import Unanswerable, find, find_all, is_sparse, known_words, parse_query, pool, similarity
from ..vectors.sif import Sif, common_component, without


class Neighbour(NamedTuple):
    """A word and its score; higher is nearer, distances come negated."""

    word: str
    score: float


class UnknownWord(KeyError):
    """A word that the vectors lack, with near spellings."""

    def __str__(self) -> str:
        return self.args[0]


class WordVectors:
    """V words and their vectors, of any file that `embedkit convert` reads.

    `source` is what the commands work on: `vectors.Vectors`, `SparseVectors` or another of that kind.
    """

    def __init__(self, source):
        self.source = source

    @classmethod
    def trained(cls, model, result, threads: int | None) -> WordVectors:
        """The result of a training of `model` of the catalog."""
        return cls(result)

    def __repr__(self) -> str:
        kind = self.metadata.get("model") or self.metadata.get("kind", "vectors")
        return f"<{kind}: {len(self):,} words, {self.dim} dimensions>"

    def __len__(self) -> int:
        return len(self.source.vocab)

    def __iter__(self) -> Iterator[str]:
        return iter(self.source.vocab)

    def __contains__(self, word: str) -> bool:
        """True for words of the vocabulary, as iteration and `len` have it; n-grams answer for others all the same."""
        return find(self.source, word) is not None

    def __getitem__(self, words: str | Sequence[str]) -> np.ndarray:
        """The vector of a word (D,) float32, or those of several words (n, D). UnknownWord, a KeyError, for others."""
        rows = self.source.rows(self._ids([words] if isinstance(words, str) else words))
        return rows[0] if isinstance(words, str) else rows

    @property
    def words(self) -> list[str]:
        """All words, in the order of the rows."""
        return self.source.vocab.words()

    @property
    def counts(self) -> np.ndarray | None:
        """(V,) int64 occurrences in the corpus, where the file knows them."""
        return self.source.vocab.counts

    @property
    def dim(self) -> int:
        """D, the length of a vector."""
        return self.source.width

    @property
    def matrix(self):
        """(V, D) float32, for PPMI vectors a `scipy.sparse.csr_array`."""
        if not is_sparse(self.source):
            return self.source.rows(np.arange(len(self))) if not hasattr(self.source, "matrix") else self.source.matrix
        from scipy.sparse import csr_array

        rows = self.source.weights
        return csr_array((rows.data, rows.indices, rows.indptr), rows.shape)

    @property
    def metadata(self) -> dict:
        """Provenance of the vectors: model, config, seed, fingerprint of the corpus."""
        return self.source.metadata

    def similar(
        self,
        query: str | np.ndarray,
        k: int = 10,
        *,
        metric: str = "cosine",
        restrict_vocab: int | None = None,
        include_query: bool = False,
    ) -> list[Neighbour]:
        """The k nearest words, best first.

        Parameters
        ----------
        query : a word, an expression such as "king - man + woman", or a vector (D,)
        metric : "cosine", "dot", "euclidean" or "manhattan"
        restrict_vocab : the answers are among so many of the most frequent words
        include_query : the words of the query may be answers too
        """
        if isinstance(query, str):
            asked = [self._asked(parse_query, query)]
            options = {"k": k, "metric": metric, "limit": restrict_vocab, "exclude": not include_query}
            (found,) = ranking.nearest(self.source, asked, **options)
            return self._neighbours(*found)
        stop = min(restrict_vocab or len(self), len(self))
        scores = self.source.scores(np.asarray(query, np.float32)[None], metric, 0, stop)[0]
        ids = np.argsort(-scores, kind="stable")[:k]
        return self._neighbours(ids, scores[ids])

    def analogy(
        self, a: str, b: str, c: str, k: int = 1, *, method: str = "add", restrict_vocab: int | None = None
    ) -> list[Neighbour]:
        """The k best answers to "a is to b as c is to ?"; `method` "add" is 3CosAdd, "mul" 3CosMul."""
        (found,) = ranking.analogy(self.source, self._ids([a, b, c])[None], method, k, restrict_vocab)
        return self._neighbours(*found)

    def similarity(self, a: str, b: str, metric: str = "cosine") -> float:
        """The cosine of two words, another similarity, or their distance."""
        left, right = self._ids([a, b])
        return float(similarity(self.source, left[None], right[None], metric, np.float64)[0])

    def sentence(self, text: str, pooling: str = "mean") -> np.ndarray:
        """One vector (D,) for a line of text: "mean", "sum" or "max" of the known words; zeros where none is known."""
        ids, _ = known_words(self.source, text)
        return pool(self.source, ids, pooling) if len(ids) else np.zeros(self.dim, np.float32)

    def sentences(self, texts: Sequence[str], a: float = 1e-3, component: np.ndarray | None = None) -> np.ndarray:
        """(n, D) float32: SIF vectors (Arora et al. 2017) of lines of text, zeros where no word is known.

        a : a word of relative frequency p weighs a / (a + p)
        component : (D,) of the corpus, as from `common_component`; by default that of `texts`, which a single one keeps
        """
        sif, rows = Sif(self.source, a), np.zeros((len(texts), self.dim), np.float32)
        for row, ids in zip(rows, map(sif.known_in, texts)):
            row[:] = sif.mean(ids) if len(ids) else 0
        return without(rows, common_component(rows) if component is None else component)

    def common_component(self, texts: Iterable[str], a: float = 1e-3) -> np.ndarray | None:
        """The direction (D,) that the SIF vectors of `texts` have most in common; None of a single one."""
        sif = Sif(self.source, a)
        return common_component(sif.mean(ids) for ids in map(sif.known_in, texts) if len(ids))

    def save(self, path, format: str | None = None) -> None:
        """Write the vectors, by default in the format of the suffix of `path`."""
        formats.save(path, self.source, format)

    def _ids(self, words: Sequence[str]) -> np.ndarray:
        return self._asked(find_all, words)

    def _asked(self, parse, query):
        try:
            return parse(self.source, query)
        except Unanswerable as error:
            near = [spelling for word in error.unknown for spelling in self.source.vocab.spellings(word)]
            raise UnknownWord(f"{error} (near: {', '.join(near)})" if near else str(error)) from error

    def _neighbours(self, ids: np.ndarray, scores: np.ndarray) -> list[Neighbour]:
        return [Neighbour(self.source.vocab[id], score) for id, score in zip(ids.tolist(), scores.tolist())]
