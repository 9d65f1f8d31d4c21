"""The model `classifier`: texts and their labels, by an encoder."""

from __future__ import annotations

from importlib import import_module

from ...config import Config, LabelledText
from ...training.contract import Model
from .options import ClassifierModel, ClassifierTraining, check, check_fasttext, resolved_model

# Of each encoder the module with `peak_memory`, `size`, `fit` and `load`, see `linear.fit`.
ENCODERS = {"linear": "linear.fit"}


class Classifier(Model):
    """Classifier of texts."""

    resumable, formats = True, ("native", "fasttext")
    reads = "INPUT is lines LABEL, a tab, TEXT, or __label__LABEL TEXT (files, folders, patterns, - for stdin)."
    gives = "OUT is what `embedkit classify` asks; as .bin, what fastText asks."

    def check(self, config):
        check(config)

    def check_output(self, config, path, format):
        from ...classification.formats import is_fasttext

        if is_fasttext(path, format):
            check_fasttext(config, path)

    def read(self, inputs, config, run):
        from . import data

        return data.read(inputs, config, run)

    def resolved(self, config, data):
        width = None
        if config.model.init is not None:
            from ...vectors.formats import load

            width = load(config.model.init).width
        model = resolved_model(config.model, len(data.names), data.train.single, width)
        return Config(**config.sections | {"model": model})

    def memory(self, data, config, run):
        return self.encoder(config.model.encoder).peak_memory(data, config, run)

    def disk(self, data, config):
        return self.encoder(config.model.encoder).size(data, config)

    def train(self, data, config, run):
        from . import fit

        return fit.train(self.encoder(config.model.encoder), data, config, run)

    def encoder(self, name: str):
        """The module of an encoder."""
        return import_module(f".{ENCODERS[name]}", __package__)

    def open(self, path, format):
        from ...classification import formats

        return formats.open_output(path, format)

    def load(self, stored, threads=None):
        """The `classification.protocol.TextClassifier` in a native file; with `threads` in compiled code."""
        from ...classification import store

        return self.with_threads(store.load(stored), threads)

    def with_threads(self, classifier, threads):
        """The same classifier, in compiled code where `threads` is given."""
        if threads is not None:
            from .linear.features import compiled_bag

            classifier.compiled = compiled_bag(threads)
        return classifier


MODEL = Classifier({"text": LabelledText, "model": ClassifierModel, "training": ClassifierTraining})
