"""Vectors of documents, beside those of their words in one native file.

documents            F32 (N, D)
documents.norms      F32 (N,)
documents.offsets, documents.utf8    their names, as a vocabulary
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..errors import DAMAGED, EmbedkitError, FormatError
from ..io.container import Container
from ..text.vocab import Vocab
from ..text.vocab_tensors import read_vocab, vocab_tensors
from .query import known_words
from .vectors import Vectors

UNREAD = "document vectors"  # of a file whose words alone are read


class DocumentVectors(Vectors):
    """`Vectors` of words, and of documents.

    documents : `Vectors` of N documents, whose vocabulary is their names
    parts : further tensors of the file by name, which inference needs
    """

    def __init__(self, vocab: Vocab, matrix: np.ndarray, documents: Vectors, parts: dict, contexts=None):
        super().__init__(vocab, matrix, contexts=contexts)
        self.documents, self.parts = documents, parts

    @property
    def extra(self) -> dict[str, np.ndarray]:
        """The tensors beside those of the words."""
        stored = self.documents
        names = vocab_tensors(stored.vocab, "documents")
        return {"documents": stored.matrix, "documents.norms": stored.norms, **names, **self.parts}


def read_documents(stored: Container) -> Vectors:
    """The documents of a native file, mapped; EmbedkitError where it holds none."""
    if "documents" not in stored:
        raise EmbedkitError(
            f"{stored.path}: holds no documents", "embedkit train lsa or doc2vec makes vectors of documents"
        )
    names, matrix, norms = read_vocab(stored, "documents"), stored["documents"], tensor(stored, "documents.norms", 1)
    if matrix.dtype != np.float32 or matrix.ndim != 2 or not len(matrix) == len(names) == len(norms):
        found = f"{matrix.dtype} {matrix.shape}"
        raise FormatError(stored.path, f"tensor 'documents' is {found}, not a row for {len(names)} documents", DAMAGED)
    if not (np.isfinite(norms) & (norms >= 0)).all():
        raise FormatError(stored.path, "tensor 'documents.norms' does not hold lengths", DAMAGED)
    return Vectors(names, matrix, norms)


def tensor(stored: Container, name: str, ndim: int, rows: int | None = None) -> np.ndarray:
    """The float32 tensor `name` of so many dimensions, and rows; FormatError where there is none, or another."""
    if name not in stored:
        raise FormatError(stored.path, f"there is no tensor {name!r} in it", DAMAGED)
    found = stored[name]
    if found.dtype != np.float32 or found.ndim != ndim or rows is not None and len(found) != rows:
        raise FormatError(stored.path, f"tensor {name!r} is {found.dtype} {found.shape}", DAMAGED)
    return found


class DocumentSource:
    """Documents and their words, ready to be asked.

    words : `Vectors` of the words
    documents : `Vectors` of the stored documents, whose vocabulary is their names
    infer : a function from a list of (n,) int64 ids of the words of new documents to their vectors (m, D) float32
    """

    def __init__(self, words: Vectors, documents: Vectors, infer: Callable[[Sequence[np.ndarray]], np.ndarray]):
        self.words, self.documents, self.infer = words, documents, infer

    def known(self, text: str) -> tuple[np.ndarray, int]:
        """(ids (n,) int64 of its known words, number of its words) of a document."""
        return known_words(self.words, text)
