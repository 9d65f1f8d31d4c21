"""`embedkit train MODEL`: the group is the catalog; a model's flags are its configuration."""

from __future__ import annotations

from importlib import import_module

import click

from ..catalog import MODELS
from . import _from_counts, _from_ngrams, _from_stream, _from_text
from ._group import LazyGroup
from ._options import configured


def model_command(name: str) -> click.Command:
    """`embedkit train NAME`."""
    model = MODELS[name]
    module = import_module(f"..{model.module}", __package__)
    makers = {"counts": _from_counts, "corpus": _from_text, "stream": _from_stream, "ngrams": _from_ngrams}
    make = makers[model.reads]
    help = f"{model.summary}\n\n{make.INPUT}"
    return configured(name, make.trainer(name, module), module.SECTIONS, make.params(), help)


@click.group(
    cls=LazyGroup,
    heading="Models",
    table={name: model.summary for name, model in MODELS.items()},
    make=model_command,
)
def command():
    """Train a model on text and write it.

    \b
    embedkit train skipgram corpus.txt -o vectors.safetensors
    zcat news.gz | embedkit train svd - -o vectors.bin
    """
