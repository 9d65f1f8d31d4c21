"""Models that are mixed know the same words; which number a word has may differ."""

from __future__ import annotations

import numpy as np

from ..errors import EmbedkitError
from .protocol import LanguageModel


def ids_in(other: LanguageModel, model: LanguageModel, name: str) -> np.ndarray:
    """The id (V,) int64 that every word of `model` has in `other`, which is from the file `name`.

    EmbedkitError that names the first word that only one of the two has, or the word by which only `other` ends lines.
    """
    theirs, ours = (dict(zip(m.vocab, range(len(m.vocab)))) for m in (other, model))
    missing = next((f"lacks the word {word!r}" for word in ours if word not in theirs), None)
    extra = next((f"has a word that LM lacks, {word!r}" for word in theirs if word not in ours), None)
    end = None if theirs.get(model.vocab[model.eos]) == other.eos else f"ends lines with {other.vocab[other.eos]!r}"
    if cause := missing or extra or end:
        raise EmbedkitError(
            f"{name}: {cause}, so it cannot be mixed",
            "models that were trained on one text with one --min-count have the same words",
        )
    return np.array([theirs[word] for word in ours], np.int64)
