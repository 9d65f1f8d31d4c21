"""Documents in a native file, as they are asked."""

from __future__ import annotations

import os

from ..catalog import MODELS
from ..errors import DAMAGED, FormatError


def load_documents(path):
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
