"""The `embedkit` command: its subcommands, `--version`, and what the console script calls."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from . import __version__
from .commands import COMMANDS
from .commands._exit import leave, run_to_exit_code
from .commands._group import LazyGroup


def _command(name: str) -> click.Command:
    return import_module(f".commands.{name.replace('-', '_')}", __package__).command


def _version(ctx, param, is_asked):
    if is_asked and not ctx.resilient_parsing:
        from .commands._version import versions

        # In one piece, so that a reader may leave after the first line.
        click.echo("\n".join([f"embedkit {__version__}", *versions()]))
        ctx.exit()


@click.group(
    cls=LazyGroup,
    heading="Commands",
    table=COMMANDS,
    make=_command,
    short_help="Word embeddings and language models from the shell.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110, "show_default": True},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions of embedkit, numpy, numba and BLAS, and exit.",
)
def cli():
    """Word embeddings and language models from the shell: text in, models out, answers to stdout.

    A file named - is stdin or stdout. Results go to stdout as tab-separated lines, everything else to stderr.

    \b
    Exit codes: 0 done, 1 failure, 2 usage,
    3 done but some queries had no answer,
    130 interrupted, 143 terminated, 141 closed pipe.
    """


def run(args: list[str] | None = None) -> int:
    """The exit code of one command line; errors become a line on stderr."""
    return run_to_exit_code(cli, args)


def main() -> None:
    """The console script."""
    leave(run(sys.argv[1:]))
