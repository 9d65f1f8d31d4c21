"""The Protocol of a translator: what decoding and scoring need of an encoder-decoder."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ..text.vocab import Vocab

State = Any


class Side(Protocol):
    """One of the two languages: its tokens, and how a line of it is read and spelt, with which `tokenizer`."""

    vocab: Vocab
    tokenizer: str

    def read(self, line: str) -> list[str]:
        """The tokens of a line."""
        ...

    def ids(self, tokens: list[str]) -> np.ndarray:
        """(n,) int32, that of `<unk>` for tokens outside the vocabulary."""
        ...

    def unknown(self, tokens: list[str]) -> list[str]:
        """The tokens, each once, that the vocabulary lacks."""
        ...

    def tokens(self, ids) -> list[str]:
        """The tokens that ids stand for."""
        ...

    def line(self, tokens: list[str]) -> str:
        """The line of tokens, also of such that the vocabulary lacks."""
        ...


class Encoded(Protocol):
    """Encoded sources; opaque but for `lengths` (B,)."""

    lengths: np.ndarray


class Translator(Protocol):
    """Tokens of the target follow each other, given a source: V of them, one of which, `eos`, ends the line.

    source, target : the two languages
    eos, unk : ids in the vocabulary of the target, and in that of the source
    metadata : how it was made
    has_memory : true of neural Turing machines alone, which also have `heads`

    A state is what the decoder remembers of N hypotheses, a row each, and is opaque. It is a value: `step` and `select`
    give a new one, and the old one stays as it was.
    """

    source: Side
    target: Side
    eos: int
    unk: int
    metadata: dict
    has_memory: bool

    def encode(self, sources: list[np.ndarray]) -> Encoded:
        """B sources, ids (S_b,) int32 of any lengths, none of them empty, as decoding needs them."""
        ...

    def start(self, encoded: Encoded) -> State:
        """The decoder's state before the first target token, a row for each of the B sources."""
        ...

    def step(
        self, ids: np.ndarray, state: State, encoded: Encoded, rows: np.ndarray
    ) -> tuple[np.ndarray, State, np.ndarray | None]:
        """Feeds a token to each of N hypotheses: `ids` (N,) int32, `eos` before the first one; `rows` (N,) are their
        sources, never falling.

        Gives natural log probabilities of the next token (N, V) float32, which the caller may overwrite; the new state;
        attention weights (N, S) float32 over the places of the source in the order of the line, 0 behind its end, or
        None where the model has no attention.
        """
        ...

    def select(self, state: State, index: np.ndarray) -> State:
        """The rows `index` (M,) of a state, in that order; a row may come more than once."""
        ...

    def greedy_line(self, source: np.ndarray, cap: int) -> tuple[np.ndarray, float, bool, np.ndarray | None] | None:
        """`greedy.greedy` for one source, where there is a quicker way to the same, else None: `ids`, `ln`, `hit_cap`
        and `attention` of the `Hypothesis`."""
        ...

    def score(self, sources: list[np.ndarray], targets: list[np.ndarray]) -> list[np.ndarray]:
        """Natural log probabilities (T_b + 1,) float32 of the tokens of each target (T_b,) and of its end, given those
        before."""
        ...

    def for_thread(self) -> Translator:
        """The same model for use on another thread: parameters are shared, working memory is not."""
        ...

    def heads(self, source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of a model that has a memory the weights over its N rows: of the write head at each token of a source (S, N),
        of the read head at each of a target and at its end (T + 1, N)."""
        ...
