"""Language models trained by gradients as models of the catalog: they differ in options and layers alone."""

from __future__ import annotations

from ...errors import EmbedkitError
from ...training.contract import Model
from .options import check


class NeuralLanguageModel(Model):
    """A language model, and a file of vectors as well; `kind` names its layers in `network.KINDS`."""

    resumable = True
    gives = "OUT is a language model, and a file of vectors as well."
    formats = ()

    def __init__(self, kind: str, sections: dict[str, type]):
        super().__init__(sections)
        self.kind = kind

    def check(self, config):
        check(config, config.training.valid is not None)

    def read(self, inputs, config, run):
        """A `text.stream.Stream`; with `--valid` that text too, in the same words."""
        from dataclasses import replace

        from ...text import stream

        training = config.training
        how = (config.text, training.threads, run.cache, run.progress, run.memory)
        text = stream.read(inputs, *how)
        return (
            text
            if training.valid is None
            else replace(text, valid=stream.read_with((training.valid,), text.vocab, *how))
        )

    def memory(self, data, config, run):
        from .memory_estimate import peak_memory

        return peak_memory(self.kind, data, config, data.valid)

    def disk(self, data, config):
        return 4 * len(data.vocab) * config.model.embed

    def train(self, data, config, run):
        from . import fit

        return fit.train(self.kind, data, config, run, data.valid)

    def open(self, path, format):
        from ...io.container import is_native_name
        from ...io.saving import Saving
        from . import store

        if not is_native_name(path):
            raise EmbedkitError(
                f"{path}: a language model is written in the native format alone",
                "name it .safetensors; embedkit convert makes other files of its vectors",
            )
        return Saving(path, store.save)

    def load(self, container, threads=None):
        """The `model.LanguageModel` in a native file; see `store.load`."""
        from . import store

        return store.load(container, threads)
