"""The neural language models, a line each: tests of what all of them promise go through this table."""

from __future__ import annotations

from embedkit.catalog import MODELS
from embedkit.neural.language.options import RecurrentLayers

# Name → the options that it alone has, other than by default.
LANGUAGE_MODELS = {
    "rnn": {"activation": "relu"},
    "lstm": {"peephole": True},
    "gru": {},
    "ffn": {"order": 4},
}


def architecture(name: str):
    """The model of this name as the catalog has it."""
    return MODELS[name].load()


RECURRENT = [name for name in LANGUAGE_MODELS if issubclass(architecture(name).sections["model"], RecurrentLayers)]


def own(name: str, **recurrent) -> dict:
    """The options of a model in the table, and `recurrent` as well where its layers are."""
    return LANGUAGE_MODELS[name] | (recurrent if name in RECURRENT else {})
