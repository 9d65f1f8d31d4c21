"""`embedkit completion`: what a shell needs to complete commands, options, choices and files."""

from __future__ import annotations

import click

from ._out import Out

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell):
    """Print what bash, zsh or fish needs to complete commands, models, options, their choices and files.

    One line in the start file of the shell, and from the next shell on the Tab key knows embedkit:

    \b
    ~/.bashrc                   eval "$(embedkit completion bash)"
    ~/.zshrc                    eval "$(embedkit completion zsh)"
    ~/.config/fish/config.fish  embedkit completion fish | source

    In ~/.zshrc it stands below compinit.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    root = click.get_current_context().find_root()
    maker = get_completion_class(shell)(root.command, {}, "embedkit", "_EMBEDKIT_COMPLETE")
    # Not maker.source(): of bash that asks for its version, and whoever prints this may have another shell or none.
    with Out() as out:
        out.line(ShellComplete.source(maker).strip())
