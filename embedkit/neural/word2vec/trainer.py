"""Training of skip-gram and CBOW: epochs, losses, checkpoints, validation."""

from __future__ import annotations

import math
import time

import numpy as np

from ...errors import EmbedkitError
from ...runtime.parallel import thread_count
from ...training.run import Run
from ...vectors.vectors import Vectors
from . import _kernels
from .hogwild import PART, LockFree, Merged
from .init import tables
from .kernel_args import draws, plan, scratch, tree
from .options import check


def train(kernel, corpus, config, run: Run) -> Vectors:
    """`Vectors` (V, dim) of the words of `corpus` (`text.corpus.Corpus`), by `_kernels.skipgram` or `_kernels.cbow`.

    Their metadata holds the mean loss per example of every epoch, what `run.judge` found after each, and with
    `keep_best` which epoch the vectors are from. EmbedkitError where the text gives nothing to learn from, where
    training diverges, or where a checkpoint does not fit; OptionError where options do not go together.
    """
    check(config)
    check_words(corpus, config.text)
    trainer = Trainer(kernel, corpus, config, run)
    with run.checkpoint.guarding():
        trainer.begin()
        while trainer.epoch < config.training.epochs:
            trainer.go_on()
    return trainer.result()


def check_words(corpus, text) -> None:
    """Refuse a corpus of a single word, whatever options `text` left of it."""
    found = np.flatnonzero(corpus.vocab.counts)
    if len(found) < 2:
        raise EmbedkitError(
            f"only one word is left of the text, {corpus.vocab[int(found[0])]!r}: there is nothing to predict",
            "--min-count 1 keeps every word" if text.min_count > 1 else "more text, or a larger vocabulary, has others",
        )


class Trainer:
    """What is learnt, and how far: `epoch` epochs and `unit` units of the next are over."""

    def __init__(self, kernel, corpus, config, run: Run):
        self.kernel, self.corpus, self.config, self.run = kernel, corpus, config, run
        vocab, threads = corpus.vocab, thread_count(config.training.threads)
        V = len(vocab)
        self.tree, self.draws, self.plan = tree(vocab, config), draws(vocab, config), plan(config)
        self.tables = tables(vocab, config, V - 1 if config.model.loss == "hs" else V, run.progress)
        deal = Merged if config.training.deterministic else LockFree
        self.deal = deal(corpus.ids, self.tables, threads)
        self.scratch = [scratch(self.plan, self.tree, V, self.deal.longest) for _ in range(max(threads, 2))]
        self.epoch = self.unit = self.examples = 0
        self.loss, self.losses, self.verdicts, self.best = 0.0, [], [], None

    def begin(self) -> None:
        """Go on from the checkpoint, if there is one to go on from; load the kernels, so that speeds are theirs."""
        found = self.run.checkpoint.load()
        if found is not None:
            tensors, numbers = found
            self.best = tensors.pop("best", None)
            for name, tensor in tensors.items():
                getattr(self.tables, name)[:] = tensor
            vars(self).update(numbers)
            self.deal.refresh()
            is_over = self.epoch == self.config.training.epochs
            where = "all epochs are over" if is_over else f"going on in epoch {self.epoch + 1}"
            self.run.progress.say(f"{self.run.checkpoint.path}: {where}")
        self.run.checkpoint.expect(self._state()[0])
        self._train(self.tables, (0, 0), 0)
        self.run.progress.event("training", epoch=self.epoch + 1)

    def go_on(self) -> None:
        """Train to the end of the epoch, or until a checkpoint is due; then save the state."""
        progress, epochs = self.run.progress, self.config.training.epochs
        began, words, first = time.perf_counter(), self.corpus.tokens, self._done()
        with progress.bar(words, f"epoch {self.epoch + 1}/{epochs}", " words") as advance:
            advance(round(words * first))
            for loss, examples in self.deal.run(self.unit, self._train, self.run.checkpoint.due):
                before = self._done()
                self.loss, self.examples, self.unit = self.loss + loss, self.examples + examples, self.unit + 1
                if not math.isfinite(loss):
                    raise self._diverged(f"the loss is {loss}")
                advance(
                    round(words * (self._done() - before)),
                    loss=f"{self.loss / max(self.examples, 1):.4f}",
                    lr=f"{self._lr():.4f}",
                )
        if not all(map(is_finite, self.tables[:3])):
            raise self._diverged("the vectors are no longer finite")
        if self.unit == len(self.deal.units):
            self._end_epoch(words * (1 - first) / (time.perf_counter() - began))
        self.run.checkpoint.save(*self._state(), self.epoch == epochs)

    def _done(self) -> float:
        """The share of the epoch that is over."""
        return self.deal.begin(self.unit) / len(self.corpus.ids) if self.unit < len(self.deal.units) else 1.0

    def _train(self, tables: _kernels.Tables, span: tuple[int, int], worker: int) -> tuple[float, int]:
        """(loss, examples) of one span. Its random numbers depend on seed, epoch and place alone."""
        begin, end = span
        ids, training = self.corpus.ids, self.config.training
        rng = np.random.SeedSequence((training.seed, self.epoch, begin)).generate_state(1, np.uint64) | np.uint64(1)
        sums = np.array([0.0, 1.0])
        examples = self.kernel(
            # A copy, so that the kernel is compiled for one kind of array: ids may be a read-only map.
            np.array(ids[begin:end]),
            tables,
            self.draws,
            self.tree,
            self.plan,
            training.lr,
            (self.epoch + begin / len(ids)) / training.epochs,
            (end - begin) / len(ids) / training.epochs,
            rng,
            self.scratch[worker],
            sums,
        )
        return float(sums[0]), examples

    def _lr(self) -> float:
        training = self.config.training
        return training.lr * max(1 - (self.epoch + self._done()) / training.epochs, 1e-4)

    def _diverged(self, why: str) -> EmbedkitError:
        return self.run.diverged(self.epoch + 1, self._lr(), why, "train with a lower --lr")

    def _end_epoch(self, speed: float) -> None:
        """Loss, validation, and the vectors if they are the best so far."""
        if not self.examples:
            raise EmbedkitError(
                "no two words of the text stand near each other",
                "a window ends with its line; --min-count 1 and --sample 0 keep more words",
            )
        progress, lr = self.run.progress, self._lr()
        self.losses.append(self.loss / self.examples)
        self.epoch, self.unit, self.loss, self.examples = self.epoch + 1, 0, 0.0, 0
        shown = {}
        if self.run.judge is not None:
            shown = self.run.judge(self._vectors())
            self.verdicts.append(shown)
            if self.config.training.keep_best and self._best_epoch() == self.epoch:
                self.best = np.array(self._vectors().matrix)
        told = "".join(f", {name} {value:.4f}" for name, value in shown.items())
        progress.say(f"epoch {self.epoch}: loss {self.losses[-1]:.4f}{told}, {speed:,.0f} words/s")
        valid = {"valid": shown} if shown else {}
        progress.event("epoch", epoch=self.epoch, loss=self.losses[-1], lr=lr, words_per_second=round(speed), **valid)

    def _best_epoch(self) -> int:
        """The first epoch with the highest mean of what was measured."""
        means = [sum(values.values()) / len(values) for values in self.verdicts]
        return 1 + means.index(max(means))

    def _vectors(self) -> Vectors:
        """What has been learnt so far; a view of it but for --add-context."""
        dim, V = self.config.model.dim, len(self.corpus.vocab)
        matrix, contexts = (table.reshape(-1, self.plan.width)[:V, :dim] for table in self.tables[:2])
        return Vectors(self.corpus.vocab, matrix + contexts if self.config.model.add_context else matrix)

    def result(self) -> Vectors:
        """The vectors, and in their metadata how training went."""
        vectors = self._vectors() if self.best is None else Vectors(self.corpus.vocab, self.best)
        vectors.metadata["losses"] = self.losses
        if self.verdicts:
            vectors.metadata["valid"] = self.verdicts
        if self.best is not None:
            vectors.metadata["best_epoch"] = self._best_epoch()
        return vectors

    def _state(self) -> tuple[dict[str, np.ndarray], dict]:
        tensors = {name: table for name, table in zip(_kernels.Tables._fields, self.tables) if len(table)}
        if self.best is not None:
            tensors["best"] = self.best
        numbers = {name: getattr(self, name) for name in ("epoch", "unit", "loss", "examples", "losses", "verdicts")}
        return tensors, numbers


def is_finite(table: np.ndarray) -> bool:
    """Whether a flat table is free of NaN and infinity, which a loss shows only when the next example meets them."""
    return all(np.isfinite(table[at : at + PART]).all() for at in range(0, len(table), PART))
