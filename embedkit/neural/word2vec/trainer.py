"""Training of skip-gram and CBOW: what the training loop is given, and the vectors that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...errors import EmbedkitError
from ...runtime.parallel import thread_count
from ...training.contract import Run
from ...training.loop import Step
from ...training.vector_learner import VectorLearner, train_vectors
from ...vectors.subwords import BucketRows, SubwordVectors
from ...vectors.vectors import Vectors
from . import _kernels
from .hogwild import sharding
from .init import tables, zeros
from .kernel_args import draws, plan, scratch, tree
from .options import check
from .subword_rows import compose_all, ngrams_of, subword_rows, warn_without_hangul
from .update import restore_contexts


def train(kernel, corpus, config, run: Run) -> Vectors:
    """`Vectors` (V, dim) of the words of `corpus` (`text.corpus.Corpus`), by `_kernels.skipgram` or `_kernels.cbow`.

    Their metadata holds the mean loss per example of every epoch, what `run.validation` found after each, and with
    `keep_best` which epoch the vectors are from. EmbedkitError where the text gives nothing to learn from, where
    training diverges, or where a checkpoint does not fit; OptionError where options do not go together.
    """
    check(config)
    check_words(corpus, config.text)
    return train_vectors(Trainer(kernel, corpus, config, run), run, config.training.epochs)


def check_words(corpus, text) -> None:
    """Refuse a corpus of a single word, whatever options `text` left of it."""
    found = np.flatnonzero(corpus.vocab.counts)
    if len(found) < 2:
        raise EmbedkitError(
            f"only one word is left of the text, {corpus.vocab[int(found[0])]!r}: there is nothing to predict",
            "--min-count 1 keeps every word" if text.min_count > 1 else "more text, or a larger vocabulary, has others",
        )


class Trainer(VectorLearner):
    """Input and output vectors as flat tables, and the kernel that trains them, one span of the text after another."""

    no_examples = (
        "no two words of the text stand near each other",
        "a window ends with its line; --min-count 1 and --sample 0 keep more words",
    )

    def __init__(self, kernel, corpus, config, run: Run):
        self.kernel, self.corpus, self.config, self.run = kernel, corpus, config, run
        vocab, threads = corpus.vocab, thread_count(config.training.threads)
        V = len(vocab)
        self.tree, self.draws, self.plan = tree(vocab, config), draws(vocab, config), plan(config)
        self.subwords = subword_rows(vocab, config.model)
        warn_without_hangul(vocab, config.model, run.progress)
        self.tables = tables(vocab, config, V - 1 if config.model.loss == "hs" else V, run.progress, self.subwords)
        if config.training.update is not None:
            restore_contexts(self.tables, self.plan.width, corpus, run.progress)
        self.sharding = sharding(corpus.ids, self.tables, threads, config.training.deterministic)
        buffers = self.plan, self.tree, V, self.sharding.longest, config.model.maxn > 0
        self.scratch = [scratch(*buffers) for _ in range(max(threads, 2))]
        self.size, self.keeps_best = corpus.tokens, config.training.keep_best

    def __len__(self) -> int:
        return len(self.sharding.units)

    def steps(self, epoch: int, first: int, due: Callable[[], bool]) -> Iterator[Step]:
        def train(tables, span, worker):
            return self.train_span(tables, epoch, span, worker)

        for number, (loss, examples) in enumerate(self.sharding.run(first, train, due), first):
            yield Step(loss, examples, self._read(number + 1) - self._read(number))

    def train_span(self, tables: _kernels.Tables, epoch: int, span: tuple[int, int], worker: int) -> tuple[float, int]:
        """(loss, examples) of one span. Its random numbers depend on seed, epoch and place alone."""
        begin, end = span
        ids, training = self.corpus.ids, self.config.training
        rng = np.random.SeedSequence((training.seed, epoch, begin)).generate_state(1, np.uint64) | np.uint64(1)
        sums = np.array([0.0, 1.0])
        examples = self.kernel(
            # A copy, so that the kernel is compiled for one kind of array: ids may be a read-only map.
            np.array(ids[begin:end]),
            tables,
            self.place(begin),
            self.draws,
            self.tree,
            self.plan,
            training.lr,
            (epoch + begin / len(ids)) / training.epochs,
            (end - begin) / len(ids) / training.epochs,
            rng,
            self.scratch[worker],
            sums,
        )
        return float(sums[0]), examples

    def place(self, begin: int):
        """The argument of the kernel that only its model has, for a span from `begin` on."""
        return self.subwords.words

    def lr(self, epoch: int, step: int) -> float:
        training = self.config.training
        return training.lr * max(1 - (epoch + self._done(step)) / training.epochs, 1e-4)

    def _done(self, step: int) -> float:
        """The share of the epoch before a step."""
        return self.sharding.begin(step) / len(self.corpus.ids) if step < len(self) else 1.0

    def _read(self, step: int) -> int:
        return round(self.size * self._done(step))

    def warm_up(self, is_new: bool) -> dict:
        self.train_span(self.tables, 0, (0, 0), 0)
        return {}

    def learnt(self) -> tuple[np.ndarray, ...]:
        return self.tables[:3]

    def vectors(self) -> Vectors:
        """The vectors of now: a view of the tables, but for --add-context; with subwords, composed in a copy."""
        return self._vectors(**self._parts(is_last=False))

    def result(self, **best: np.ndarray) -> Vectors:
        """The vectors at the end, or those of `best`, a `snapshot`. With subwords they take the place of the words' own
        rows, and nothing can be trained after that."""
        return self._vectors(**(best or self._parts(is_last=True)))

    def snapshot(self) -> dict[str, np.ndarray]:
        return {name: np.array(part) for name, part in self._parts(is_last=False).items()}

    def _vectors(self, matrix: np.ndarray, ngrams=None, contexts=None) -> Vectors:
        vocab, model = self.corpus.vocab, self.config.model
        if ngrams is None:
            return Vectors(vocab, matrix, contexts=contexts)
        buckets = BucketRows(self.subwords.buckets, ngrams, model.buckets)
        return SubwordVectors(vocab, matrix, buckets, ngrams_of(model), contexts=contexts)

    def _parts(self, is_last: bool) -> dict[str, np.ndarray]:
        """The matrix; with subwords also rows of n-grams, and output vectors where words have some; without, these
        where they are wanted."""
        model, training, V, D = self.config.model, self.config.training, len(self.corpus.vocab), self.plan.width
        inputs, contexts = (table.reshape(-1, D)[:, : model.dim] for table in self.tables[:2])
        if not model.maxn:
            parts = {"matrix": inputs[:V] + contexts[:V] if model.add_context else inputs[:V]}
            keeps_contexts = model.loss != "hs" and (training.save_contexts or training.update is not None)
            return parts | {"contexts": contexts[:V]} if keeps_contexts else parts
        vectors = self.tables.inputs if is_last else zeros(V, D)
        compose_all(self.tables.inputs, self.subwords.words, self.plan, self.sharding.threads, vectors)
        parts = {"matrix": vectors.reshape(-1, D)[:V, : model.dim], "ngrams": inputs[V:-1]}
        return parts if model.loss == "hs" else parts | {"contexts": contexts[:V]}

    def state(self) -> tuple[dict[str, np.ndarray], dict]:
        return {name: table for name, table in zip(_kernels.Tables._fields, self.tables) if len(table)}, {}

    def restore(self, tensors: dict[str, np.ndarray], numbers: dict) -> None:
        for name, table in zip(_kernels.Tables._fields, self.tables):
            if len(table):
                table[:] = tensors[name]
        self.sharding.refresh()
