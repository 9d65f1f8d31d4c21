"""Counting words in documents: a sparse matrix of documents × words from the encoded text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..matrix.csr import Csr
from ..runtime.memory import Memory
from ..runtime.parallel import imap, spread, thread_count
from ..text.documents import Documents
from ..text.vocab import Vocab
from . import _kernels

SPANS = 64


@dataclass(frozen=True, eq=False)
class DocumentCounts:
    """Occurrences of V words in N documents: `matrix` (N, V); `names` of the documents."""

    vocab: Vocab
    names: Vocab
    matrix: Csr
    sha256: str

    @property
    def provenance(self) -> dict:
        """The facts that a model of these counts keeps."""
        return {"corpus_sha256": self.sha256}


def count(text: Documents, threads: int | None = None, memory: Memory | None = None) -> DocumentCounts:
    """Count the words of each document; columns of a row ascend."""
    memory, threads = memory or Memory(), thread_count(threads)
    ids, begins, V = np.ascontiguousarray(text.ids), np.append(0, text.ends), len(text.vocab)
    places = [np.full(V, -1, np.int32) for _ in range(threads)]
    lengths = np.zeros(len(text.names), np.int64)

    def count_span(span, worker):
        size = int(begins[span[1]] - begins[span[0]])
        found = np.empty(size, np.int32), np.empty(size, np.float32)
        n = _kernels.count_documents(ids, begins, *span, places[worker], *found, lengths)
        return [part[:n].copy() for part in found]

    indices, data = memory.spool(np.int32), memory.spool(np.float32)
    for columns, counts in imap(count_span, spread(text.lengths, SPANS), threads, ahead=2 * threads):
        indices.append(columns)
        data.append(counts)
    indptr = np.append(0, np.cumsum(lengths))
    found = Csr(indptr, indices.array(), data.array(), (len(text.names), V))
    # Each transposition is a counting sort, which leaves the rows of what it makes in order.
    return DocumentCounts(text.vocab, text.names, found.transposed().transposed(), text.sha256)
