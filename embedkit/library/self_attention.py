"""Attention weights of a line, by layer and head."""

from __future__ import annotations

import numpy as np

from ..catalog import MLM
from ..errors import EmbedkitError
from ..io.metadata import kind_of


def self_attention(path: str, data: np.ndarray, line: str) -> tuple[list[str], list[np.ndarray]]:
    """The T tokens of a line, `<eos>` before them, as the model in the file `path` reads them, whose bytes are `data`;
    and of each layer its attention weights (heads, T, T), a row for each query.

    FormatError where the file holds no language model; EmbedkitError where that has no self-attention, or where the
    line has no token, or more than the context.
    """
    from ..lm.lines import reader, shown
    from ..lm.load import load
    from ..lm.masked.load import load as load_masked

    if kind_of(path, data) == MLM:
        model = load_masked(path, data=data)
        room, weigh = model.room + 1, model.attention
    else:
        model = load(path, data=data)
        room, weigh = _of_a_language_model(path, model)
    found = reader(model, masked=kind_of(path, data) == MLM)(line)
    if not found.words:
        raise EmbedkitError(f"{path}: no token in {line!r}: nothing to draw")
    if len(found.words) >= room:
        raise EmbedkitError(f"{path}: the line has {len(found.words)} tokens, and the context room for {room - 1}")
    return [model.vocab[model.eos], *map(shown(model), found.words)], weigh(found.ids)


def _of_a_language_model(path: str, model):
    """The context of a language model, and a function that gives its attention weights for the ids of a line."""
    from ..neural.attention_weights import attention_weights
    from ..neural.language.windowed_model import WindowedLanguageModel
    from ..neural.layers.context import ForwardContext
    from ..neural.layers.workspace import Workspace

    if not isinstance(model, WindowedLanguageModel):
        name = model.metadata.get("model", "n-grams")
        hint = "embedkit train transformer and train mlm make models that have some"
        raise EmbedkitError(f"{path}: {name} has no attention heads", hint)

    def weigh(ids: np.ndarray) -> list[np.ndarray]:
        read = np.concatenate([[model.eos], ids])[:, None]
        return attention_weights(model.network.body, read, ForwardContext(Workspace()))

    return model.context, weigh
