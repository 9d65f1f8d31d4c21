"""Language models whose probabilities can be worked out by hand, and trained ones in a file."""

from __future__ import annotations

import numpy as np

from embedkit.text.vocab import Vocab


class Bigrams:
    """The next word depends on the last one alone: `table` (V, V) has a row of probabilities for each word.

    The state is all that was fed (so tests can see it), a tuple of ids for each sequence.
    """

    supports_batching = True

    def __init__(self, words, table, unk="<unk>", tokenizer="whitespace", **text):
        self.vocab = Vocab.from_words(words)
        self.eos, self.unk = self.vocab.id("<eos>"), self.vocab.id(unk)
        self.metadata = {"config": {"text": {"tokenizer": tokenizer, "nfc": True, **text}}}
        with np.errstate(divide="ignore"):
            self.logs = np.log(np.asarray(table, np.float64)).astype(np.float32)
        self.fed, self.asked = [], []

    def start(self, B):
        self.asked.append(B)
        return ((),) * B

    def step(self, ids, state):
        assert ids.shape == (len(state),)
        self.fed.extend(ids.tolist())
        return self.logs[ids], tuple((*past, id) for past, id in zip(state, ids.tolist()))

    def score(self, inputs, targets, state):
        assert inputs.shape == targets.shape == (len(inputs), len(state))
        scores = np.where(targets < 0, np.float32(0), self.logs[inputs, np.maximum(targets, 0)])
        return scores, tuple((*past, *ids.tolist()) for past, ids in zip(state, inputs.T))


class Counter(Bigrams):
    """The probability of a word depends on how many words were fed, so that carrying a state makes a difference."""

    def step(self, ids, state):
        rows = [self._row(len(past) + 1) for past in state]
        return np.array(rows), super().step(ids, state)[1]

    def score(self, inputs, targets, state):
        _, after = super().score(inputs, targets, state)
        n = len(state[0])
        rows = np.array([self._row(n + t + 1) for t in range(len(inputs))])
        scores = np.take_along_axis(rows[:, None, :].repeat(len(state), 1), np.maximum(targets, 0)[..., None], 2)[
            ..., 0
        ]
        return np.where(targets < 0, np.float32(0), scores), after

    def _row(self, fed):
        weights = 1 + (np.arange(len(self.vocab)) + fed) % len(self.vocab)
        return np.log(weights / weights.sum()).astype(np.float32)


def uniform(V=7, **options):
    """Every word is as probable as any other."""
    return Bigrams(["<eos>", "<unk>", *"abcdefghijklmnop"[: V - 2]], np.full((V, V), 1 / V), **options)


# After a line end, <unk>, a and b: what comes next.
WORDS = ["<eos>", "<unk>", "a", "b"]
TABLE = [[0.125, 0.125, 0.5, 0.25], [0.25, 0.25, 0.25, 0.25], [0.25, 0.125, 0.125, 0.5], [0.5, 0.125, 0.25, 0.125]]


def bigrams(**options):
    return Bigrams(WORDS, TABLE, **options)


def counter():
    return Counter(WORDS, TABLE)


class Remembering(Bigrams):
    """Bigrams whose hidden state is a row of `vectors` (V, D) for the last word, and which can adapt: with learning
    rate lr the table is lr / (1 + lr) of the way from that of `Bigrams` to the uniform one."""

    vectors = np.random.default_rng(5).standard_normal((4, 3)).astype(np.float32)

    def score_hidden(self, inputs, targets, state):
        scores, state = self.score(inputs, targets, state)
        return scores, self.vectors[inputs], state

    def adapting(self, lr):
        return Bigrams(WORDS, (np.array(TABLE) + lr / 4) / (1 + lr))


def remembering():
    return Remembering(WORDS, TABLE)


def reordered():
    """`bigrams`, the words of which have other ids."""
    order = [2, 0, 3, 1]
    return Bigrams([WORDS[id] for id in order], np.array(TABLE)[np.ix_(order, order)])
