"""Skip-gram and CBOW as models of the catalog: the same training, each with its kernel."""

from __future__ import annotations

from ...training.contract import VectorModel
from .options import check, resolved


class Word2vecModel(VectorModel):
    """`Vectors` (V, dim), trained by the kernel of this name in `_kernels`."""

    resumable = True

    def __init__(self, kernel: str, sections: dict[str, type]):
        super().__init__(sections)
        self.kernel = kernel

    def check(self, config):
        check(config)

    def read(self, inputs, config, run):
        from ...text import corpus
        from . import update

        if config.training.update is not None:
            text = update.read(inputs, config, run)
        else:
            text = corpus.load(inputs, config.text, run)
        if run.validation is not None:
            run.validation.check(text.vocab)
        return text

    def resolved(self, config, data):
        from . import update

        config = update.resolved(config, data) if config.training.update is not None else config
        return resolved(config, data.vocab)

    def disk(self, data, config):
        from .subword_rows import subword_rows

        ngrams = len(subword_rows(data.vocab, config.model).buckets)
        return super().disk(data, config) * (2 if ngrams else 1) + 4 * ngrams * config.model.dim

    def memory(self, data, config, run):
        from .memory_estimate import peak_memory

        return peak_memory(data, config, run.memory)

    def train(self, data, config, run):
        from . import _kernels, trainer

        return trainer.train(getattr(_kernels, self.kernel), data, config, run)
