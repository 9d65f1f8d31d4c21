"""Generation: text that a model writes, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np

from ..errors import EmbedkitError
from .protocol import LanguageModel

Choice = Callable[[np.ndarray], int]


def read(model: LanguageModel, prompt: Sequence[int] = ()) -> tuple[np.ndarray, object]:
    """(log probabilities (1, V) of the next word, state) after a line end and the ids `prompt`."""
    state = model.start(1)
    for id in (model.eos, *prompt):
        log_probabilities, state = model.step(np.array([id]), state)
    return log_probabilities, state


def generate(
    model: LanguageModel, choose: Choice, prompt: Sequence[int] = (), banned: Sequence[int] = ()
) -> Iterator[tuple[int, float]]:
    """(id, natural log probability) of word after word, without end; `model.eos` closes a line, and another begins.

    The model reads a line end, `prompt`, and every word that was chosen, each once. `choose` gets float64 log
    probabilities (V,), -inf for the ids in `banned`, and gives an id.
    """
    log_probabilities, state = read(model, prompt)
    banned = list(banned)
    while True:
        row = mask_logits(log_probabilities[0], banned)
        id = choose(row)
        yield id, float(row[id])
        log_probabilities, state = model.step(np.array([id]), state)


def mask_logits(log_probabilities: np.ndarray, banned: list[int]) -> np.ndarray:
    """The log probabilities (V,), float64, with -inf for the ids in `banned`."""
    row = log_probabilities.astype(np.float64)
    row[banned] = -np.inf
    if row.max() == -np.inf:
        raise EmbedkitError("every word that could come next is banned", "let --ban name fewer words")
    return row


def greedy(log_probabilities: np.ndarray) -> int:
    """The most probable word; of several the first."""
    return int(log_probabilities.argmax())


def sampler(rng: Random, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None) -> Choice:
    """Draws a word with the probabilities of `distribution`, and one number of `rng`."""

    def choose(log_probabilities: np.ndarray) -> int:
        p = distribution(log_probabilities, temperature, top_k, top_p)
        ends = p.cumsum()
        id = int(ends.searchsorted(rng.random() * ends[-1], "right"))
        # The product may round up to the end of the last word.
        return id if id < len(p) else int(p.nonzero()[0][-1])

    return choose


def distribution(
    log_probabilities: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """Probabilities (V,) float64 after, in this order, dividing the log probabilities by `temperature`, keeping the
    `top_k` most probable words, and of these the fewest, the most probable first, that have `top_p` of the mass.

    Of equally probable words the first ones are kept.
    """
    with np.errstate(over="ignore"):  # a tiny temperature: everything but the best is at -inf
        p = np.exp((log_probabilities - log_probabilities.max()) / temperature)
    if top_k is not None and top_k < len(p):
        least = np.partition(p, -top_k)[-top_k]
        ties = (p == least).nonzero()[0]
        p[p < least] = 0
        p[ties[top_k - np.count_nonzero(p > least) :]] = 0
    if top_p is not None and top_p < 1:
        order = np.argsort(-p, kind="stable")
        mass = p[order].cumsum()
        # Just the words before which there is less than top_p of the mass.
        p[order[1 + mass.searchsorted(top_p * mass[-1]) :]] = 0
    return p / p.sum()
