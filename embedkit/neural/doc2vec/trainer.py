"""Training of paragraph vectors: word2vec's trainer with a row for each document."""

from __future__ import annotations

import math

import numpy as np

from ...runtime.parallel import thread_count
from ...training.contract import Run
from ...training.vector_learner import train_vectors
from ...vectors.documents import DocumentVectors
from ...vectors.vectors import Vectors
from ..word2vec._kernels import ROW, TILE, Tables
from ..word2vec.hogwild import sharding
from ..word2vec.init import fill_uniform, row_width, zeros
from ..word2vec.kernel_args import draws, plan, scratch, tree
from ..word2vec.trainer import Trainer, check_words
from . import _kernels
from ._kernels import GROUP, PAIR
from .options import check, has_output_words

SAMPLES = 2.5  # for which a noise word of pure PV-DBOW stands; with 5, accuracy was .008 less (BENCHMARKS.md)


def kernel_of(model):
    """The kernel that `model`, the options, asks for."""
    if has_output_words(model):
        return _kernels.dbow
    return _kernels.dm if model.algorithm == "dm" else _kernels.dbow_words


def train(text, config, run: Run) -> DocumentVectors:
    """`DocumentVectors` of the words and documents of `text` (`text.documents.Documents`).

    Words are input vectors; of pure PV-DBOW, which reads none, the output vectors, those that documents predict. What
    inference needs beside them is in `contexts` (V, dim), with hierarchical softmax in the part `nodes` (V - 1, dim).
    Errors as word2vec's `trainer.train`.
    """
    check(config)
    check_words(text, config.text)
    return train_vectors(DocumentTrainer(text, config, run), run, config.training.epochs)


def window_of(config) -> int:
    """Context words to each side; 0 where only documents predict."""
    return 0 if has_output_words(config.model) else config.context.window


def kernel_plan(config):
    """word2vec's plan; pure PV-DBOW has no window."""
    return plan(config)._replace(window=window_of(config))


def buffers(plan, tree, V: int, longest: int):
    """The buffers of one thread: word2vec's for a window with one row more, the document; of pure PV-DBOW its own."""
    if plan.window:
        return scratch(plan._replace(window=plan.window + 1), tree, V, longest, has_subwords=False)
    noises = math.ceil(GROUP * plan.negative / (SAMPLES * PAIR)) * PAIR
    lanes = ((GROUP + noises) // TILE + 2) * ROW
    return _kernels.DbowScratch(
        np.empty(longest, np.int32),
        np.empty(2 * noises, np.int32),
        np.zeros(plan.width, np.float32),
        np.zeros(1, np.int64),
        np.zeros(GROUP + noises, np.int64),
        *(np.zeros(lanes, np.float32) for _ in range(3)),
    )


class DocumentTrainer(Trainer):
    """Input rows are words, none of them in pure PV-DBOW, and then documents."""

    no_examples = ("no document has a word to learn from", "--min-count 1 and --sample 0 keep more words")

    def __init__(self, text, config, run: Run):
        self.kernel, self.corpus, self.config, self.run = kernel_of(config.model), text, config, run
        vocab, threads, V = text.vocab, thread_count(config.training.threads), len(text.vocab)
        self.tree, self.draws, self.plan = tree(vocab, config), draws(vocab, config), kernel_plan(config)
        self.words = 0 if has_output_words(config.model) else V
        self.tables = _tables(config, self.words, len(text.names), V - 1 if config.model.loss == "hs" else V)
        self.sharding = sharding(text.ids, self.tables, threads, config.training.deterministic)
        longest = self.sharding.longest
        self.scratch = [buffers(self.plan, self.tree, V, longest) for _ in range(max(threads, 2))]
        self.size, self.keeps_best = text.tokens, False

    def place(self, begin: int) -> _kernels.Place:
        """The document that a span from `begin` on starts in."""
        return _kernels.Place(self.words + int(np.searchsorted(self.corpus.ends, begin, "right")), 1, False)

    def result(self) -> DocumentVectors:
        return self.vectors()

    def vectors(self) -> DocumentVectors:
        """The vectors of now, views of the tables; documents without a word are zero."""
        dim, V, text = self.config.model.dim, len(self.corpus.vocab), self.corpus
        inputs, outputs = (table.reshape(-1, self.plan.width)[:, :dim] for table in self.tables[:2])
        documents = inputs[self.words : self.words + len(text.names)]
        documents[text.lengths == 0] = 0
        stored, parts, contexts = Vectors(text.names, documents), {}, None
        if self.config.model.loss == "hs":
            parts = {"nodes": outputs[: V - 1]}
        elif self.words:
            contexts = outputs[:V]
        matrix = inputs[:V] if self.words else outputs[:V]
        return DocumentVectors(text.vocab, matrix, stored, parts, contexts)


def _tables(config, words: int, documents: int, outputs: int) -> Tables:
    """Input rows uniform within 1 / dim, as in word2vec; output rows zero; no positions, nothing frozen."""
    dim, D = config.model.dim, row_width(config.model.dim)
    inputs = zeros(words + documents + 1, D)
    fill_uniform(inputs.reshape(-1, D)[:-1, :dim], config.training.seed)
    return Tables(inputs, zeros(outputs + 1, D), np.empty(0, np.float32), np.empty(0, np.uint8))
