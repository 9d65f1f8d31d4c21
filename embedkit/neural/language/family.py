"""Neural language models as models of the catalog: they differ in options and hidden layers alone."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import OptionError
from ...training.contract import Model
from .options import check


class NeuralLanguageModel(Model):
    """A language model, and a file of vectors as well; a subclass has its `hidden_layers`, or builds all by itself.

    size : the option that is the length of word vectors
    """

    size = "embed"

    resumable = True
    gives = "OUT is a language model, and a file of vectors as well."
    formats = ()

    def hidden_layers(self, model, between, make: Callable) -> list:
        """The layers (`neural.layers`) from word vectors to hidden states, of the options `model`.

        `between` is the dropout between layers; for `make` see `build`.
        """
        raise NotImplementedError

    def build(self, model, V: int, make: Callable, training=None):
        """The `network.Network` for V words, with the options `model`, and `training` where it is trained.

        `make(name, shape, initializer)` gives the Param of that name; `initializer(rng, shape)` would be its first
        value.
        """
        from .network import build

        noise = {} if training is None else {name: getattr(training, name) for name in ("smoothing", "ar", "tar")}
        return build(self, model, V, make, **noise)

    def learner(self):
        """The class of the `training.loop.Learner` that trains it."""
        from .fit import Fit

        return Fit

    def wrap(self, network, model, *args):
        """The language model (`lm.protocol.LanguageModel`) that a trained network with the options `model` is."""
        from .model import NetworkLanguageModel

        return NetworkLanguageModel(network, *args)

    def check(self, config):
        check(config)

    def read(self, inputs, config, run):
        """A `text.stream.Stream`; with `--valid` that text too, in the same words."""
        from dataclasses import replace

        from ...text import stream

        text, valid = stream.read(inputs, config.text, run), config.training.valid
        if valid is None:
            return text
        return replace(text, valid=stream.read_with((valid,), text.vocab, config.text, run))

    def memory(self, data, config, run):
        from .memory_estimate import peak_memory

        return peak_memory(self, data, config)

    def footprint(self, model, training, shapes: list[tuple[int, ...]]) -> tuple[int, int]:
        """(tokens of a batch, numbers that layers hold for each) in training, `shapes` being those of parameters."""
        # Forward and back, each layer holds its gates, what goes in, what comes out, and the gradients of these.
        widths = sum(max(shape) for shape in shapes if len(shape) == 2)
        return training.batch_size * training.bptt, widths + 8 * max(model.embed, model.hidden)

    def disk(self, data, config):
        return 4 * len(data.vocab) * getattr(config.model, self.size)

    def train(self, data, config, run):
        from . import fit

        return fit.train(self, data, config, run)

    def open(self, path, format):
        from ..stored import saving
        from . import store

        hint = "embedkit convert makes other files of its vectors"
        return saving(path, store.save, "a language model", hint)

    def language_model(self, result, threads=None):
        """The `model.NetworkLanguageModel` of a result of `train`."""
        from . import store

        return store.assemble(self, "", result.vocab, result.tensors, result.metadata, threads)

    def load(self, container, threads=None):
        """The `model.NetworkLanguageModel` in a native file; see `store.load`."""
        from . import store

        return store.load(self, container, threads)


class RecurrentLanguageModel(NeuralLanguageModel):
    """A language model of recurrent layers: `cell(model, name, D, H, make)` gives one of H units for inputs of D."""

    def __init__(self, sections: dict[str, type], cell: Callable):
        super().__init__(sections)
        self.cell = cell

    def hidden_layers(self, model, between, make):
        from .recurrent import stack

        return stack(self.cell, model, between, make)

    def check(self, config):
        model = config.model
        check(config, model.layers)
        if model.residual and model.layers == 1 and model.embed != model.hidden:
            raise OptionError("--residual needs a layer that gives as many numbers as it takes: --embed = --hidden")
