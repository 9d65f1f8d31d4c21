"""The model `seq2seq`: an encoder and a decoder (Sutskever et al. 2014), with attention (Bahdanau et al. 2015)."""

from __future__ import annotations

from ...config import PairText
from ...training.contract import Model
from .options import Seq2SeqModel, Seq2SeqTraining, check


class Seq2Seq(Model):
    """Sequence to sequence."""

    resumable, formats = True, ()
    reads = "INPUT is pairs: lines SOURCE, a tab, TARGET (files, folders, patterns, - for stdin)."
    gives = "OUT is what `embedkit translate` reads."

    def check(self, config):
        check(config)

    def read(self, inputs, config, run):
        """The `text.pairs.Pairs`; with `--valid` those too, in the same words."""
        from dataclasses import replace

        from ...text import pairs

        found, valid = pairs.read(inputs, config.text, run), config.training.valid
        if valid is None:
            return found
        return replace(found, valid=pairs.read_with((valid,), found.source, found.target, config.text))

    def memory(self, data, config, run):
        from .memory_estimate import peak_memory

        return peak_memory(data, config)

    def disk(self, data, config):
        from .memory_estimate import parameters

        return 4 * parameters(data, config)

    def train(self, data, config, run):
        from . import fit

        return fit.train(data, config, run)

    def open(self, path, format):
        from ..stored import saving
        from . import store

        return saving(path, store.save, "an encoder-decoder")

    def translator(self, result, threads=None):
        """The `translator.NetworkTranslator` of a result of `train`."""
        from . import store

        return store.assemble(self, "", result.source, result.vocab, result.tensors, result.metadata, threads)

    def load(self, container, threads=None):
        """The `translator.NetworkTranslator` in a native file; see `store.load`."""
        from . import store

        return store.load(self, container, threads)


MODEL = Seq2Seq({"text": PairText, "model": Seq2SeqModel, "training": Seq2SeqTraining})
