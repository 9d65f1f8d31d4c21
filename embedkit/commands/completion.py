"""`embedkit completion`: what a shell needs to complete commands, options, choices and files."""

from __future__ import annotations

import click

from ._out import Out
from ._shells import SCRIPTS


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
def command(shell):
    """Print what bash, zsh or fish needs to complete commands, models, options, their choices and files.

    One line in the start file of the shell, and from the next shell on the Tab key knows embedkit:

    \b
    ~/.bashrc                   eval "$(embedkit completion bash)"
    ~/.zshrc                    eval "$(embedkit completion zsh)"
    ~/.config/fish/config.fish  embedkit completion fish | source

    In ~/.zshrc it stands below compinit. Of bash it needs 4.4 or later.
    """
    with Out() as out:
        out.line(SCRIPTS[shell].strip())
