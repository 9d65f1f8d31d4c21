"""A text as ids: every token's rank by frequency, a line end as -1."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..io.spool import pieces
from ..runtime.memory import Memory
from .vocab import Vocab

LINE_END = -1


class TextSize(NamedTuple):
    """Size of a text as it was written, whatever its tokens are.

    characters : code points, those of white space and line ends among them; CR and byte order marks do not count
    words : runs of characters other than space, tab, and line end; and the line ends
    """

    characters: int
    words: int

    def __add__(self, other) -> TextSize:
        return TextSize(*map(sum, zip(self, other)))


class Encoded:
    """Everything in a text, whatever a run will keep of it.

    vocab : all types, most frequent first, equal counts in the order of their bytes
    ids : (N,) int32, a type per token and LINE_END per line; may be a memory map. They may come from a function, called
        when they are first asked for: who counts words never asks
    sha256 : fingerprint of the decompressed text
    size : of the text as it was written; None where nobody asks
    """

    def __init__(
        self, vocab: Vocab, ids: np.ndarray | Callable[[], np.ndarray], sha256: str, size: TextSize | None = None
    ):
        self.vocab, self._ids, self.sha256, self.size = vocab, ids, sha256, size

    @property
    def ids(self) -> np.ndarray:
        if callable(self._ids):
            self._ids = self._ids()
        return self._ids


class Corpus(Encoded):
    """The words of a text that a run keeps: the others are gone, as if the text had never held them.

    vocab : V words
    ids : (N,) int32 below V, LINE_END between lines
    tokens : number of tokens in the whole text, kept or not
    """

    def __init__(self, vocab: Vocab, ids: np.ndarray | Callable[[], np.ndarray], tokens: int, sha256: str):
        super().__init__(vocab, ids, sha256)
        self.tokens = tokens

    @property
    def provenance(self) -> dict:
        """The facts that a model of this text keeps."""
        return {"corpus_sha256": self.sha256}


def renamed(ids: np.ndarray, names: np.ndarray, memory: Memory) -> np.ndarray:
    """`ids` of a text under the ids `names` (types + 1,), whose last is that of LINE_END; lower ones are left out."""
    kept = memory.spool(np.int32)
    for part in pieces(ids):
        part = names[part]
        kept.append(part[part >= LINE_END])
    return kept.array()
