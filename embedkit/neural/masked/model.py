"""The model `mlm`: a masked language model of self-attention to both sides (BERT; Devlin et al. 2019)."""

from __future__ import annotations

from ...config import LmText
from ...errors import DAMAGED, FormatError
from ..language.family import NeuralLanguageModel
from .options import MaskedTraining, Transformer, check


class MaskedLanguageModel(NeuralLanguageModel):
    """Blocks of self-attention between embeddings and a softmax that predicts masked tokens; a text is read line by
    line."""

    size = "dim"
    gives = "OUT is a masked language model, which `embedkit fill` asks, and a file of vectors as well."

    def check(self, config):
        check(config)

    def read(self, inputs, config, run):
        from .data import read

        return read(inputs, config, run)

    def build(self, model, V, make, training=None):
        from ...training.initializers import narrow, zeros
        from ..blocks import STD, stack
        from ..language.network import EMBEDDING, OUTPUT
        from ..layers.chain import Chain
        from ..layers.embedding import Embedding
        from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
        from .network import Network

        table = make(EMBEDDING, (V, model.dim), narrow(STD))
        layers = stack(model, make, causal=False)
        W = table if model.tie else make(OUTPUT, (V, model.dim), narrow(STD))
        bias = make(f"{OUTPUT}.b", (V,), zeros) if model.bias else None
        loss = SoftmaxCrossEntropy(W, bias, 0.0 if training is None else training.smoothing)
        return Network(Chain(Embedding(table), *layers), loss)

    def wrap(self, network, model, *args):
        from .in_use import NetworkMaskedModel

        return NetworkMaskedModel(network, model.context, *args)

    def load(self, container, threads=None):
        """The `in_use.NetworkMaskedModel` in a native file; see `language.store.load`."""
        from ...text.masks import MASK

        model = super().load(container, threads)
        if model.mask is None:
            raise FormatError(container.path, f"{MASK} is not among its words", DAMAGED)
        return model

    def footprint(self, model, training, shapes):
        # Of each block: normalized inputs and residual sums, queries, keys and values, contexts, hidden units twice.
        widths = sum(shape[1] for shape in shapes if len(shape) == 2 and shape[0] != model.context)
        noise = (model.layers * 2 + 1) * model.dim if model.dropout else 0
        # Batches differ in size, and buffers come in powers of two: some are there twice.
        return training.batch_size * model.context, (2 * widths + 4 * model.layers * model.dim + noise) * 3 // 2

    def train(self, data, config, run):
        from . import fit

        return fit.train(self, data, config, run)


MODEL = MaskedLanguageModel({"text": LmText, "model": Transformer, "training": MaskedTraining})
