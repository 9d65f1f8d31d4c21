"""What the tests of skip-gram and CBOW share: corpora of ids, configurations in one line, trainers ready to start."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

import naive
import numpy as np

from embedkit.config import Config
from embedkit.neural.word2vec import _kernels, cbow, skipgram
from embedkit.neural.word2vec.trainer import Trainer
from embedkit.text.encoded import LINE_END, Corpus
from embedkit.text.vocab import Vocab
from embedkit.training.contract import Run
from embedkit.training.loop import Loop

MODELS = {"skipgram": (skipgram, _kernels.skipgram), "cbow": (cbow, _kernels.cbow)}


def corpus_of(lines: list[list[int]], size: int | None = None) -> Corpus:
    """Lines of ids below `size` as a corpus of the words w0, w1, ..."""
    ids = np.array([id for line in lines for id in [*line, LINE_END]], np.int32)
    counts = np.bincount(ids[ids >= 0], minlength=size or 0)
    return Corpus(Vocab.from_words([f"w{i}" for i in range(len(counts))], counts), ids, int(counts.sum()), "0" * 64)


def config_of(model: str, **options) -> Config:
    """The configuration of `train MODEL` with `options`, whichever section they belong to; sample is 0."""
    options = {"sample": 0.0, "threads": 1} | options
    sections = {}
    for name, kind in MODELS[model][0].MODEL.sections.items():
        sections[name] = kind(**{f.name: options.pop(f.name) for f in fields(kind) if f.name in options})
    assert not options, options
    return Config(**sections)


def trainer_of(model: str, corpus: Corpus, **options) -> Trainer:
    return Trainer(MODELS[model][1], corpus, config_of(model, **options), Run())


def loop_of(trainer: Trainer) -> Loop:
    return Loop(trainer, trainer.run, trainer.config.training.epochs)


def train(model: str, corpus: Corpus, **options):
    """The vectors that `train MODEL` makes."""
    return MODELS[model][0].MODEL.train(corpus, config_of(model, **options), Run())


class Tables(NamedTuple):
    """A float64 copy of what a trainer learns, one row per word, node or place."""

    inputs: np.ndarray
    outputs: np.ndarray
    positions: np.ndarray

    @classmethod
    def of(cls, trainer: Trainer) -> Tables:
        dim, D = trainer.config.model.dim, trainer.plan.width
        inputs, outputs, positions = (table.reshape(-1, D)[:, :dim].astype(float) for table in trainer.tables[:3])
        return cls(inputs[:-1], outputs[:-1], positions)


def shake(trainer: Trainer, seed: int = 0, scale: float = 0.3) -> None:
    """Random tables, so that no gradient is 0; what pads rows, and the row of zeros, stay as they are."""
    rng, dim, D = np.random.default_rng(seed), trainer.config.model.dim, trainer.plan.width
    for table, last in zip(trainer.tables[:3], (-1, -1, None)):
        rows = table.reshape(-1, D)[:last, :dim]
        rows[:] = rng.normal(0, scale, rows.shape)


def subwords_of(trainer: Trainer) -> list[list[int]]:
    """The rows of each word; none without subwords."""
    starts, rows = (array.tolist() for array in trainer.subwords.words)
    return [rows[begin:end] for begin, end in zip(starts, starts[1:])]


def steps_of(trainer: Trainer, model: str, state: int, ids: np.ndarray | None = None) -> list[naive.Step]:
    """What chance makes of `ids`, by default all of the trainer's text."""
    ids = trainer.corpus.ids if ids is None else ids
    draws, tree = ([array.tolist() for array in arrays] for arrays in (trainer.draws, trainer.tree))
    return naive.word2vec_steps(model, ids.tolist(), draws, tree, trainer.plan, naive.Xorshift(state))


def run_kernel(trainer: Trainer, state: int, lr: float, done: float = 0.0, share: float = 0.0) -> tuple[int, float]:
    """The kernel on all of the trainer's text: (examples, loss)."""
    sums, rng = np.array([0.0, 1.0]), np.array([state], np.uint64)
    examples = trainer.kernel(
        trainer.corpus.ids,
        trainer.tables,
        trainer.subwords.words,
        trainer.draws,
        trainer.tree,
        trainer.plan,
        lr,
        done,
        share,
        rng,
        trainer.scratch[0],
        sums,
    )
    return examples, sums[0]
