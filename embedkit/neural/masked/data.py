"""The text of a masked language model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...text import stream
from ...text.masks import MASK
from ...text.vocab import Vocab


def read(inputs, config, run) -> stream.Stream:
    """The text, whose vocabulary has [MASK], as the last word where it is none of the text; with `--valid` that text
    too, in the same words."""
    text = stream.read(inputs, config.text, run)
    if text.vocab.id(MASK) is None:
        text = replace(text, vocab=text.vocab.join(Vocab.from_words([MASK], np.zeros(1, np.int64))))
    if config.training.valid is None:
        return text
    return replace(text, valid=stream.read_with((config.training.valid,), text.vocab, config.text, run))
