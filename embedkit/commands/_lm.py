"""Shared parts of the commands that ask a language model."""

from __future__ import annotations

import click


def lm_argument(function):
    """The language model that a command reads."""
    return click.argument("lm", metavar="LM")(function)


def carry_option(default: bool):
    """`--carry-state` and `--reset-per-line`: whether a line is read in the light of those before it."""
    return click.option(
        "--carry-state/--reset-per-line",
        "carry",
        default=default,
        show_default=True,
        help="read each line after those before it, or as if it were the first",
    )
