"""Shared parts of the commands that ask a language model."""

from __future__ import annotations

import click

from ._options import Encoding


def lm_argument(function):
    """The language model that a command reads."""
    return click.argument("lm", metavar="LM")(function)


def carry_option(default: bool):
    """`--carry-state` and `--reset-per-line`: the hidden state at the beginning of a line."""
    return click.option(
        "--carry-state/--reset-per-line",
        "carry",
        default=default,
        help="hidden state at a line's beginning: that of the line before, or the initial one",
    )


def encoding_options(function):
    """`--encoding` and `--encoding-errors` of the texts that a model is asked about. Their encoding is their own; what
    becomes of broken bytes is decided as for the text that the model was trained on."""
    encoding = click.option(
        "--encoding",
        type=Encoding(),
        default="utf-8",
        help="character encoding of TEXT, by Python's name: cp949, shift_jis, utf-16",
    )
    errors = click.option(
        "--encoding-errors",
        type=click.Choice(["strict", "replace"]),
        help="undecodable bytes: stop and name the first, or put U+FFFD  [default: as in training]",
    )
    return encoding(errors(function))


def read_as(model, encoding: str, errors: str | None) -> dict:
    """The fields of `config.Text` that these two options set."""
    from ..vectors.query import text_options

    return {"encoding": encoding, "encoding_errors": errors or text_options(model).get("encoding_errors", "strict")}
