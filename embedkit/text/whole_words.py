"""Words that tokens are parts of: whole-word masking, and scores that do not let a word tell its own pieces."""

from __future__ import annotations

import numpy as np

from .subword import known
from .vocab import Vocab

SPACE = "Ġ"  # a space, in the spelling of byte-level subwords (GPT-2)


def word_starts(vocab: Vocab, tokenizer: str | None) -> np.ndarray:
    """(V,) bool: True for tokens that begin a word. Of byte-level subwords (`subword.known`) those that begin with a
    space; of words, characters and morphemes all do."""
    if not known.is_name(tokenizer):
        return np.ones(len(vocab), bool)
    return np.fromiter((word.startswith(SPACE) for word in vocab), bool, len(vocab))
