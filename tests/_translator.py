"""A translator whose parameters are drawn, not trained: a recurrent network with attention, small enough to search
through all of its outputs."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

import numpy as np

from embedkit.text.vocab import Vocab

EOS, UNK = 0, 1


class Side:
    """Tokens between spaces; those of `chars` are characters."""

    def __init__(self, words, chars=False):
        self.vocab, self._chars = Vocab.from_words(["<eos>", "<unk>", *words]), chars
        self.tokenizer = "chars" if chars else "whitespace"

    def read(self, line):
        return list(line.strip()) if self._chars else line.split()

    def ids(self, tokens):
        return np.array([UNK if (id := self.vocab.id(token)) is None else id for token in tokens], np.int32)

    def unknown(self, tokens):
        return [token for token in tokens if self.vocab.id(token) is None]

    def tokens(self, ids):
        return [self.vocab[int(id)] for id in ids]

    def line(self, tokens):
        return ("" if self._chars else " ").join(tokens)


class Encoded(NamedTuple):
    H: np.ndarray
    mask: np.ndarray
    lengths: np.ndarray


class Drawn:
    """Encoder h ← tanh(E x + W h), decoder s ← tanh(F y + U s), dot attention, logits of [context; state] and of the
    last token. `sharpness` scales the weights: the higher, the surer it is of its tokens."""

    has_memory = False

    def __init__(self, V=5, seed=0, H=6, sharpness=2.0, has_attention=True, source="abc", target="wxyz"):
        draw = np.random.default_rng(seed).standard_normal
        self.source, self.target = Side(source), Side(target[: V - 2])
        self.eos, self.unk, self.metadata = EOS, UNK, {"model": "seq2seq", "config": {"text": {"tokenizer": "chars"}}}
        self.E, self.F = draw((len(self.source.vocab), H)), draw((V, H))
        self.W, self.U, self.O = (draw(shape) * sharpness / H**0.5 for shape in ((H, H), (H, H), (2 * H, V)))
        self.has_attention = has_attention

    def encode(self, sources):
        lengths = np.array([len(source) for source in sources])
        mask = np.arange(lengths.max()) < lengths[:, None]
        ids = np.zeros(mask.shape, int)
        ids[mask] = np.concatenate(sources)
        H, h = np.zeros((*mask.shape, len(self.W))), 0.0
        for t in range(mask.shape[1]):
            h = np.where(mask[:, t, None], np.tanh(self.E[ids[:, t]] + h @ self.W if t else self.E[ids[:, t]]), h)
            H[:, t] = h
        return Encoded(H, mask, lengths)

    def start(self, encoded):
        return encoded.H[np.arange(len(encoded.H)), encoded.lengths - 1]

    def step(self, ids, state, encoded, rows):
        assert ids.shape == rows.shape == state.shape[:1]
        assert (np.diff(rows) >= 0).all()
        state = np.tanh(self.F[ids] + state @ self.U)
        H, mask = encoded.H[rows], encoded.mask[rows]
        scores = np.where(mask, np.einsum("nsh,nh->ns", H, state), -np.inf)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        logits = np.concatenate([np.einsum("ns,nsh->nh", weights, H), state], axis=1) @ self.O
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logs.astype(np.float32), state, weights.astype(np.float32) if self.has_attention else None

    def select(self, state, index):
        return state[index]

    def greedy_line(self, source, cap):
        return None

    def for_thread(self):
        return copy(self)

    def score(self, sources, targets):
        return [self._score(source, target) for source, target in zip(sources, targets)]

    def _score(self, source, target):
        encoded = self.encode([source])
        state, found = self.start(encoded), []
        for read, wanted in zip([EOS, *target], [*target, EOS]):
            logs, state, _ = self.step(np.array([read]), state, encoded, np.zeros(1, int))
            found.append(logs[0, wanted])
        return np.array(found, np.float32)


class Table(Drawn):
    """The log probabilities of the next token depend on the number of tokens before it alone: row t of `table` (T, V),
    the last row again behind it."""

    def __init__(self, table, source="abc", target="wxyz"):
        super().__init__(len(table[0]), source=source, target=target)
        with np.errstate(divide="ignore"):
            self.table = np.log(np.array(table, float)).astype(np.float32)

    def start(self, encoded):
        return np.zeros(len(encoded.H), int)

    def step(self, ids, state, encoded, rows):
        return self.table[np.minimum(state, len(self.table) - 1)], state + 1, None
