"""Inference: vectors of documents that the training has not seen, with words and output vectors as they are.

A document starts from random numbers that are seeded by its words, and so are its negative samples: it has the same
vector each time it is asked for, whatever else is asked for beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import blake2b

import numpy as np

from ...config import Config, check_value
from ...errors import DAMAGED, EmbedkitError, FormatError
from ...runtime.parallel import each, thread_count
from ...vectors.documents import tensor
from ..word2vec._kernels import Tables
from ..word2vec.init import row_width, zeros
from ..word2vec.kernel_args import draws, tree
from ._kernels import Place
from .options import has_output_words
from .trainer import buffers, kernel_of, kernel_plan


class Inference:
    """The function from documents, (n,) ids of words each, to their vectors (m, D) float32.

    stored, words : the native file and its words; `sections` are those of the model's configuration
    """

    def __init__(self, stored, words, sections: dict[str, type]):
        self.config = stored_config(stored.path, words.metadata, sections)
        model, vocab, self.threads = self.config.model, words.vocab, thread_count(None)
        if vocab.counts is None or len(vocab) < 2 or model.dim != words.width:
            raise FormatError(stored.path, "there are not the counts and dimensions that its metadata tell of", DAMAGED)
        pure, V, D = has_output_words(model), len(vocab), row_width(model.dim)
        self.first = 0 if pure else V
        outputs = words.matrix if pure else words.contexts
        if model.loss == "hs":
            outputs = tensor(stored, "nodes", 2, V - 1)
        if outputs is None or outputs.shape[1] != model.dim:
            raise FormatError(stored.path, "there are no output vectors in it", DAMAGED)
        self.kernel, self.plan, self.tree = kernel_of(model), kernel_plan(self.config), tree(vocab, self.config)
        self.draws, self.size = draws(vocab, self.config), V
        # A row for the document that each thread is at.
        inputs = _padded(words.matrix[: self.first], self.threads + 1, D)
        self.tables = Tables(inputs, _padded(outputs, 1, D), np.empty(0, np.float32), np.empty(0, np.uint8))

    def __call__(self, documents: Sequence[np.ndarray]) -> np.ndarray:
        result = np.zeros((len(documents), self.config.model.dim), np.float32)
        if not len(documents):
            return result
        threads, longest = min(self.threads, len(documents)), max(map(len, documents))
        scratch = [buffers(self.plan, self.tree, self.size, longest) for _ in range(threads)]

        def infer(number: int, worker: int) -> None:
            result[number] = self._infer(np.asarray(documents[number], np.int32), worker, scratch[worker])

        each(infer, range(len(documents)), threads)
        return result

    def _infer(self, ids: np.ndarray, worker: int, scratch) -> np.ndarray:
        training, dim, D = self.config.training, self.config.model.dim, self.plan.width
        seed = np.frombuffer(blake2b(ids.tobytes(), digest_size=8).digest(), np.uint64)
        row = self.tables.inputs[(self.first + worker) * D :][:dim]
        row[:] = (2 * np.random.default_rng(seed).random(dim, np.float32) - 1) / np.float32(dim)
        place = Place(self.first + worker, training.epochs, True)
        self.kernel(
            ids,
            self.tables,
            place,
            self.draws,
            self.tree,
            self.plan,
            training.lr,
            0.0,
            1 / training.epochs,
            seed | np.uint64(1),
            scratch,
            np.array([0.0, 1.0]),
        )
        return row.copy()


def stored_config(path: str, metadata: dict, sections: dict[str, type]) -> Config:
    """The configuration that the metadata of a file tell, but for the text; what an older file does not know has its
    default. FormatError where it is none of these sections."""
    told, found = metadata.get("config"), {}
    try:
        for name, section in sections.items():
            known = {f.name: f for f in fields(section) if f.metadata["stored"] and name != "text"}
            values = {key: value for key, value in dict(told[name]).items() if key in known}
            for key, value in values.items():
                check_value(known[key], value)
            found[name] = section(**values)
    except (KeyError, TypeError, ValueError, EmbedkitError) as error:
        raise FormatError(path, "the metadata do not say how its documents were trained", DAMAGED) from error
    return Config(**found | {"training": replace(found["training"], threads=None)})


def _padded(matrix: np.ndarray, more: int, width: int) -> np.ndarray:
    """A flat table with the rows of `matrix`, and so many rows of zeros."""
    table = zeros(len(matrix) + more, width)
    table.reshape(-1, width)[: len(matrix), : matrix.shape[1]] = matrix
    return table
