"""What the tests of GloVe share: counts, trainers ready to start, and their tables as float64."""

from __future__ import annotations

import numpy as np
from _csr import csr_of

from embedkit.config import Config, Text
from embedkit.count.counts import Counts
from embedkit.count.glove import Glove, GloveContext, GloveEpochs
from embedkit.count.glove import tiles as tiling
from embedkit.count.glove.trainer import Trainer
from embedkit.runtime.memory import Memory
from embedkit.text.vocab import Vocab
from embedkit.training.contract import Run

WORDS = 7  # in a block: of 30 words there are five


def counts_of(V: int = 30, density: float = 0.4, seed: int = 0) -> Counts:
    """Counts of V words, from a hundredth to a hundred."""
    rng = np.random.default_rng(seed)
    dense = np.exp(rng.normal(0, 2, (V, V))) * (rng.random((V, V)) < density)
    dense[0, 1] = 20.0
    return Counts(Vocab.from_words([f"w{i}" for i in range(V)]), csr_of(dense.astype(np.float32)))


def config_of(*, epochs: int = 3, threads: int = 1, seed: int = 1, lr: float = 0.05, **model) -> Config:
    training = GloveEpochs(epochs=epochs, threads=threads, seed=seed, lr=lr)
    return Config(text=Text(), context=GloveContext(), model=Glove(**{"dim": 5} | model), training=training)


def trainer_of(counts: Counts, memory: Memory | None = None, **options) -> Trainer:
    return Trainer(counts, config_of(**options), Run(memory=memory or Memory()))


def small_blocks(monkeypatch) -> None:
    """Several tiles of a small vocabulary."""
    monkeypatch.setattr(tiling, "MOST", WORDS)
    monkeypatch.setattr(tiling, "LEAST", WORDS)


def entries_of(tiles, rows, columns) -> list[tuple[int, int, float]]:
    """(row, column, count) of these tiles in the order of training; rows and columns are places in the tables."""
    found = []
    for i, j in zip(rows, columns):
        part = slice(tiles.starts[i, j], tiles.starts[i, j + 1])
        for cell, log in zip(tiles.cells[part].tolist(), tiles.logs[part].tolist()):
            found.append((int(tiles.edges[i]) + (cell >> 16), int(tiles.edges[j]) + (cell & 0xFFFF), np.exp(log)))
    return found


def float64(trainer: Trainer) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """(words, contexts, biases of both) and their sums of squared gradients."""
    D, dim, V = trainer.plan.width, trainer.config.model.dim, len(trainer.counts.vocab)
    tables, sums = [], []
    for table in trainer.tables[:2]:
        rows = table.reshape(-1, 2 * D)[:V].astype(float)
        tables.append(rows[:, :dim])
        sums.append(rows[:, D : D + dim])
    for table in trainer.tables[2:4]:
        pairs = table.reshape(-1, 2).astype(float)
        tables.append(pairs[:, 0].copy())
        sums.append(pairs[:, 1].copy())
    return tables, sums


def train(trainer: Trainer, first: int = 0, epochs: int = 1) -> list[float]:
    """The mean loss of each of the epochs from `first` on."""
    means = []
    for epoch in range(first, first + epochs):
        steps = list(trainer.steps(epoch, 0, lambda: False))
        means.append(sum(step.loss for step in steps) / sum(step.examples for step in steps))
    return means
