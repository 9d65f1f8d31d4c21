"""The model `doc2vec`: paragraph vectors (Le & Mikolov 2014)."""

from __future__ import annotations

from ...config import DocumentText
from ...training.contract import DocumentModel
from .options import Doc2vec, DocumentWindows, Epochs, check


class Doc2vecModel(DocumentModel):
    """`DocumentVectors`, trained by the kernel of `algorithm` in `_kernels`."""

    resumable = True

    def check(self, config):
        check(config)

    def read(self, inputs, config, run):
        from ...text import documents

        return documents.load(inputs, config.text, run)

    def memory(self, data, config, run):
        from .memory_estimate import peak_memory

        return peak_memory(data, config, run.memory)

    def train(self, data, config, run):
        from .trainer import train

        return train(data, config, run)

    def inference(self, stored, words):
        from .infer import Inference

        return Inference(stored, words, self.sections)


MODEL = Doc2vecModel({"text": DocumentText, "context": DocumentWindows, "model": Doc2vec, "training": Epochs})
