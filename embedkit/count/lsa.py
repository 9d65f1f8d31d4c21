"""The model `lsa`: latent semantic analysis, the truncated SVD of documents × words (Deerwester et al. 1990)."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import DocumentText, Training, option
from ..errors import EmbedkitError
from ..training.contract import DocumentModel


@dataclass(frozen=True)
class Lsa:
    """Dimensions and term weighting."""

    dim: int = option(200, "dimensions", least=1)
    term_weighting: str = option(
        "tf-idf",
        "term weighting of counts: tf log(N/df), or log(1+tf) with entropy; rows of length 1; or the counts",
        choices=("tf-idf", "log-entropy", "none"),
    )
    tolerance: float = option(1e-3, "relative error allowed in the singular values", above=0)


class LsaModel(DocumentModel):
    """`DocumentVectors`: documents U S (N, dim), words V S (V, dim), of the weighted matrix U S V'."""

    def read(self, inputs, config, run):
        from ..text import documents
        from .documents import count

        text = documents.load(inputs, config.text, run)
        return count(text, config.training.threads, run.memory)

    def memory(self, data, config, run):
        from . import truncated_svd

        shape, entries = data.matrix.shape, data.matrix.nnz
        # The counts; their weights; and one or the other, while these are made.
        return 20 * entries + truncated_svd.peak_memory(shape, entries, config.model.dim)

    def train(self, data, config, run):
        return train(data, config.model, config.training, run.progress)

    def inference(self, stored, words):
        return FoldIn(stored, words)


def train(data, options: Lsa, training: Training, progress):
    """`DocumentVectors` from `count.documents.DocumentCounts`; parts are the singular values (dim,) and the weights of
    the words (V,)."""
    import numpy as np

    from ..vectors.documents import DocumentVectors
    from ..vectors.vectors import Vectors
    from .term_weighting import global_weights, weighted
    from .truncated_svd import truncated_svd

    most = min(data.matrix.shape)
    if options.dim > most:
        documents, words = data.matrix.shape
        raise EmbedkitError(
            f"dim {options.dim} is more than {documents} documents of {words} words have",
            f"--dim {most} or lower, or keep more words (--min-count, --max-vocab)",
        )
    weights = global_weights(data.matrix, options.term_weighting)
    matrix = weighted(data.matrix, weights, options.term_weighting)
    u, s, v = truncated_svd(matrix, options.dim, options.tolerance, training.seed, training.threads, progress)
    progress.event("svd", singular_values=s.tolist())
    s = s.astype(np.float32)
    documents = Vectors(data.names, u * s)
    documents.matrix[np.diff(matrix.indptr) == 0] = 0  # where rounding left 1e-17
    return DocumentVectors(data.vocab, v * s, documents, {"singular_values": s, "term_weights": weights})


class FoldIn:
    """Vectors of new documents: their weighted counts q times V, which for a document of the training is its U S."""

    def __init__(self, stored, words):
        from ..errors import DAMAGED, FormatError
        from ..vectors.documents import tensor
        from .term_weighting import WEIGHTINGS

        self.words, self.values = words, tensor(stored, "singular_values", 1, words.width)
        self.weights = tensor(stored, "term_weights", 1, len(words))
        config = words.metadata.get("config")
        model = config.get("model") if isinstance(config, dict) else None
        self.how = model.get("term_weighting") if isinstance(model, dict) else None
        if self.how not in WEIGHTINGS:
            raise FormatError(stored.path, "the metadata do not say how its words were weighted", DAMAGED)

    def __call__(self, documents):
        import numpy as np

        from ..vectors.query import combine
        from .term_weighting import local_weights

        result = np.zeros((len(documents), self.words.width), np.float32)
        for row, ids in zip(result, documents):
            different, counts = np.unique(ids, return_counts=True)
            weights = local_weights(counts, self.how) * self.weights[different]
            length = float(np.linalg.norm(weights)) if self.how != "none" else 1.0
            if length > 0:
                row[:] = combine(self.words, different, weights / length)
        # Word vectors are V S, and columns that the matrix did not fill are zero.
        squares = np.where(self.values > 0, self.values, np.inf)
        return result / squares


MODEL = LsaModel({"text": DocumentText, "model": Lsa, "training": Training})
