"""`embedkit train MODEL`: the group is the catalog; a model's flags are its configuration."""

from __future__ import annotations

from importlib import import_module

import click

from ..catalog import MODELS
from . import _from_counts, _from_ngrams, _from_stream, _from_text
from ._options import configured


class Models(click.Group):
    """One subcommand per line of the catalog, made when it is called."""

    def list_commands(self, ctx):
        return list(MODELS)

    def get_command(self, ctx, name):
        return model_command(name) if name in MODELS else None

    def format_commands(self, ctx, formatter):
        with formatter.section("Models"):
            formatter.write_dl([(name, model.summary) for name, model in MODELS.items()])


@click.group(cls=Models)
def command():
    """Train a model on text and write it.

    \b
    embedkit train skipgram corpus.txt -o vectors.safetensors
    zcat news.gz | embedkit train svd - -o vectors.bin
    """


def model_command(name: str) -> click.Command:
    """`embedkit train NAME`."""
    model = MODELS[name]
    module = import_module(f"..{model.module}", __package__)
    makers = {"counts": _from_counts, "corpus": _from_text, "stream": _from_stream, "ngrams": _from_ngrams}
    make = makers[model.reads]
    help = f"{model.summary}\n\n{make.INPUT}"
    command = configured(name, make.trainer(name, module), module.SECTIONS, make.params(), help)
    command.short_help = model.summary
    return command
