"""`embedkit help-all`: the help of every command, in one text or as man pages."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ._config import FilePath
from ._help import Context
from ._out import Out

WIDTH = 100


@click.command("help-all")
@click.option("--man", "folder", type=FilePath(), metavar="FOLDER", help="write man pages into FOLDER instead")
def command(folder):
    """Print the help of every command, one after another, 100 columns wide whatever the terminal.

    \b
    embedkit help-all | less
    embedkit help-all | grep -e --max-memory
    embedkit help-all --man ~/.local/share/man/man1 && man embedkit-train-svd
    """
    root = click.get_current_context().find_root()
    found = contexts(root.command, root.info_name)
    if folder is not None:
        _write(folder, found)
        return
    text = f"\n\n{'=' * WIDTH}\n\n".join(context.get_help() for context in found)
    with Out() as out:
        for line in text.split("\n"):
            out.line(line.rstrip())


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """One of `command`, which is called `name`, then those of each of its subcommands."""
    context = Context(command, parent, name, terminal_width=WIDTH, **command.context_settings)
    yield context
    if isinstance(command, click.Group):
        for subcommand in command.list_commands(context):
            yield from contexts(command.get_command(context, subcommand), subcommand, context)


def _write(folder: str, found: Iterator[click.Context]) -> None:
    import os

    from ..io.output import Output
    from ._man import file_name, page

    os.makedirs(folder, exist_ok=True)
    for context in found:
        with Output(os.path.join(folder, f"{file_name(context)}.1"), is_text=True) as out:
            out.write(page(context).encode())
