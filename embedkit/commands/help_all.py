"""`embedkit help-all`: the help of every command in one text."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ._out import Out

WIDTH = 100


@click.command("help-all")
def command():
    """Print the help of every command, one after another, 100 columns wide whatever the terminal.

    \b
    embedkit help-all | less
    embedkit help-all | grep -e --max-memory
    """
    root = click.get_current_context().find_root()
    text = f"\n\n{'=' * WIDTH}\n\n".join(helps(root.command, root.info_name))
    with Out() as out:
        for line in text.split("\n"):
            out.line(line.rstrip())


def helps(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """The help of `command`, which is called `name`, then that of each of its subcommands."""
    context = click.Context(command, parent, name, terminal_width=WIDTH, **command.context_settings)
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for subcommand in command.list_commands(context):
            yield from helps(command.get_command(context, subcommand), subcommand, context)
