"""The Protocol of a language model: what perplexity, scores and generation need."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from ..text.vocab import Vocab

State = Any


class LanguageModel(Protocol):
    """Words follow words: V of them, one of which ends the line.

    vocab : the words
    eos : the id of the line end; a text begins after one, so its first word is predicted too
    unk : the id that stands for unknown words, or None where the model has none
    metadata : how it was made; `config.text` says how a text becomes words
    supports_batching : whether B may be more than 1; nobody asks for more where it is False

    A state is what the model remembers, and is opaque: recurrent layers, the last words, nothing. It is a value: `step`
    and `score` give a new one, and the old one stays as it was, so that a search may go on from it again.

    Some models can do more; `hasattr` tells.

    steps : how many words at a time suit `score`, where that is not `score.STEPS`
    score_hidden(inputs, targets, state) : (scores, H, state), those of `score` and between them the hidden states
        (T, B, H) float32 that the probabilities after each input are made of: what a neural cache compares.
    step_all(ids, states) : (log probabilities (k, V), states): `step` for the states of k single texts of one length as
        one batch, ids (k,), for beam search
    adapting(lr, segment, decay) : by default what suits the model; a copy that learns from what it has scored (dynamic
        evaluation). It has `vocab`, `eos`, `unk`, `metadata`, `supports_batching` (False), `start` and `score`, and
        takes one text, read as one: `start(1)` forgets the text before, and no target may be negative.
    """

    vocab: Vocab
    eos: int
    unk: int | None
    metadata: dict
    supports_batching: bool

    def start(self, B: int) -> State:
        """The state of `B` texts before anything was read, not even the line end that comes before the first word."""
        ...

    def step(self, ids: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Reads ids (B,) and gives natural log probabilities (B, V) float32 of the next words."""
        ...

    def score(self, inputs: np.ndarray, targets: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Reads `inputs` (T, B) and gives natural log probabilities (T, B) of `targets` (T, B) after each of them.

        Where the target is negative, nothing is asked, and 0 is the answer. The state is that after the last input.
        """
        ...
