"""`embedkit info`: what a file is and how it was made."""

from __future__ import annotations

import sys

import click

from ._config import Command
from ._options import format_option, json_option, model_argument, quiet_option
from ._out import Out, cell


@click.command("info", cls=Command)
@model_argument
@format_option
@json_option
@quiet_option
def command(file, source_format, as_json, quiet):
    """Description and provenance of FILE: format, size, options, seed, sha256 of the corpus.

    FILE is any vector file, a language model, or what count left. A table on a terminal, key and value else, with
    --json one object.
    """
    from ..library.info import info

    facts = info(file, source_format)
    with Out(as_json) as out:
        if as_json:
            out.row(**facts)
            return
        pairs = list(flat(facts))
        width = max(len(key) for key, _ in pairs) + 2 if sys.stdout.isatty() else 0
        for key, value in pairs:
            out.line(f"{key:{width}}{cell(value)}" if width else f"{key}\t{cell(value)}")


def flat(facts: dict, prefix: str = ""):
    """(key, text) of every fact; tables within tables become `section.key`, lists of them `list.1.key`; unknown values
    are left out."""
    for key, value in facts.items():
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            value = {str(number): entry for number, entry in enumerate(value, 1)}
        if isinstance(value, dict):
            yield from flat(value, "" if key == "config" and not prefix else f"{prefix}{key}.")
        elif value is not None:
            yield prefix + key, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
