"""Documents in a native file, as they are asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..catalog import MODELS
from ..errors import DAMAGED, FormatError
from ..vectors.ranking import nearest_rows
from .vectors import WordVectors


class NearDocument(NamedTuple):
    """The name of a document and its score; higher is nearer, distances come negated."""

    document: str
    score: float


class Documents:
    """N documents and their vectors, and the vectors of new ones.

    `source` is what the commands work on: `vectors.documents.DocumentSource`.
    """

    def __init__(self, source):
        self.source = source

    def __repr__(self) -> str:
        return f"<{self.words.metadata.get('model')}: {len(self):,} documents, {self.words.dim} dimensions>"

    def __len__(self) -> int:
        return len(self.source.documents)

    @property
    def names(self) -> list[str]:
        """The number of the line of each document, from 1 on, or its file."""
        return self.source.documents.vocab.words()

    @property
    def matrix(self) -> np.ndarray:
        """(N, D) float32."""
        return self.source.documents.matrix

    @property
    def words(self) -> WordVectors:
        """The vectors of the words."""
        return WordVectors(self.source.words)

    def infer(self, texts: str | Sequence[str]) -> np.ndarray:
        """The vector (D,) float32 of a new document, or those of several (n, D); zeros where no word is known."""
        known = [self.source.known(text)[0] for text in ([texts] if isinstance(texts, str) else texts)]
        result, filled = (
            np.zeros((len(known), self.words.dim), np.float32),
            [i for i, ids in enumerate(known) if len(ids)],
        )
        result[filled] = self.source.infer([known[i] for i in filled])
        return result[0] if isinstance(texts, str) else result

    def similar(self, query: str | np.ndarray, k: int = 10, *, metric: str = "cosine") -> list[NearDocument]:
        """The k documents nearest to one of them, by its name, to a text, or to a vector (D,); best first.

        A document is no answer to itself; nothing is near a text of unknown words.
        """
        stored = self.source.documents
        own = stored.vocab.id(query) if isinstance(query, str) else None
        if own is not None:
            query = stored.rows([own])[0]
        row = self.infer(query) if isinstance(query, str) else np.asarray(query, np.float32)
        ((ids, scores),) = nearest_rows(stored, row[None], k, metric, [own])
        return [NearDocument(stored.vocab[id], score) for id, score in zip(ids.tolist(), scores.tolist())]


def load_documents(path) -> Documents:
    """The documents in a file that `train lsa` or `train doc2vec` has made; errors as `open_documents`."""
    return Documents(open_documents(path))


def open_documents(path):
    """`vectors.documents.DocumentSource` of a file that `train lsa` or `train doc2vec` has made.

    EmbedkitError where it holds no documents, FormatError where it is damaged.
    """
    from ..io import container
    from ..io.files import map_input
    from ..training.contract import DocumentModel
    from ..vectors import formats
    from ..vectors.documents import DocumentSource, read_documents

    path = os.fspath(path)
    data = map_input(path)
    words = formats.load(path, data=data)
    # A file of another format has no documents either, and says so in the same words.
    stored = container.read(path, data) if formats.detect(path, data).NAME == "native" else _Nothing(path)
    documents = read_documents(stored)
    entry = MODELS.get(words.metadata.get("model"))
    model = entry.load() if entry else None
    if not isinstance(model, DocumentModel):
        raise FormatError(path, "the metadata do not say which model its documents are of", DAMAGED)
    return DocumentSource(words, documents, model.inference(stored, words))


class _Nothing(tuple):
    """The container that a file of another format is not: no tensor is in it."""

    def __new__(cls, path: str):
        self = super().__new__(cls)
        self.path = path
        return self
