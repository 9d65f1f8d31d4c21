"""Where training starts: random parameters, or word vectors of a file."""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError
from ...progress import Progress
from ..layers.param import Param
from .network import EMBEDDING, Network, build


def begin(kind: str, config, vocab, progress: Progress) -> Network:
    """A network for training with its first parameters, all of them drawn from `config.training.seed`."""
    rng = np.random.default_rng(config.training.seed)
    model = config.model

    def make(name: str, shape: tuple[int, ...], first) -> Param:
        return Param(name, first(rng, shape), frozen=model.freeze and name == EMBEDDING)

    network = build(kind, model, len(vocab), make, config.training.smoothing)
    if model.init is not None:
        (table,) = (param for param in network.params if param.name == EMBEDDING)
        take_rows(model.init, vocab, table.value, progress)
    return network


def take_rows(path: str, vocab, rows: np.ndarray, progress: Progress) -> None:
    """Put the vectors that file `path` has for words of `vocab` into `rows` (V, D)."""
    from ...vectors import formats

    given = formats.load(path)
    if given.width != rows.shape[1]:
        raise EmbedkitError(
            f"{path}: its vectors have {given.width} dimensions, not {rows.shape[1]}", f"--embed {given.width}"
        )
    ids = np.array([-1 if (id := given.vocab.id(word)) is None else id for word in vocab], np.int64)
    known = ids >= 0
    if not known.any():
        raise EmbedkitError(f"{path}: has none of the words of the text", "is it in the same language and case?")
    for block in np.array_split(np.flatnonzero(known), max(1, len(ids) >> 14)):
        rows[block] = given.rows(ids[block])
    progress.say(f"{known.sum():,} of {len(vocab):,} words start from {path}")
