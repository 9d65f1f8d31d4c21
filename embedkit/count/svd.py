"""The model `svd`: dense vectors from the truncated SVD of PPMI (Levy & Goldberg 2014, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import Context, Text, Training, option
from ..errors import EmbedkitError
from .ppmi import Ppmi, peak_memory, ppmi
from .reading import CountModel


@dataclass(frozen=True)
class Svd(Ppmi):
    """Options of PPMI, and what is made of its singular vectors."""

    dim: int = option(100, "dimensions", least=1)
    eig: float = option(0.5, "singular values are raised to this power", least=0)
    add_context: bool = option(False, "add each word's context vector to its vector (w + c)")
    tolerance: float = option(1e-3, "relative error allowed in the singular values", above=0)


class SvdModel(CountModel):
    """`Vectors` (V, dim)."""

    def memory(self, data, config, run):
        from . import truncated_svd

        decomposition = truncated_svd.peak_memory(data.matrix.shape, data.matrix.nnz, config.model.dim)
        return peak_memory(data.matrix, run.memory) + decomposition

    def disk(self, data, config):
        return 4 * len(data.vocab) * min(config.model.dim, len(data.vocab))

    def train(self, data, config, run):
        """U S**eig, plus V S**eig with `add_context`."""
        from ..vectors.vectors import Vectors
        from .truncated_svd import truncated_svd

        options, training, words = config.model, config.training, len(data.vocab)
        if options.dim >= words:
            raise EmbedkitError(
                f"dim {options.dim} needs more than {options.dim} words; the vocabulary has {words}",
                "lower --dim, or keep more words (--min-count, --max-vocab)",
            )
        weights = ppmi(data.matrix, options.cds, options.shift, training.threads, run.memory)
        u, s, v = truncated_svd(weights, options.dim, options.tolerance, training.seed, training.threads, run.progress)
        run.progress.event("svd", singular_values=s.tolist())
        vectors = u * s**options.eig
        if options.add_context:
            vectors += v * s**options.eig
        return Vectors(data.vocab, vectors.astype("float32"))


MODEL = SvdModel({"text": Text, "context": Context, "model": Svd, "training": Training})
