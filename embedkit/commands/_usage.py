"""Wrong usage, and what was meant by it."""

from __future__ import annotations

from collections.abc import Iterator

import click


class MistakenError(click.UsageError):
    """Wrong usage that resembles what is right: `like` is said in the hint."""

    def __init__(self, message: str, ctx: click.Context, like: str = ""):
        super().__init__(message, ctx)
        self.like = like


def hint(error: click.UsageError) -> str:
    """The intended call, as far as that is known, and the command that shows the help."""
    like, shown = getattr(error, "like", ""), f"{error.ctx.command_path if error.ctx else 'embedkit'} -h"
    if isinstance(error, click.NoSuchOption) and error.ctx:
        from ._suggest import like_option

        like = like_option(error.option_name, error.ctx)
    return f"{like} ({shown})" if like else shown


def refuse_single_dashes(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Usage error for an option of several letters behind one dash, as in `-size 100`: `-output FILE` would be read as
    `-o utput`, and FILE as an input."""
    short = {flag for param in command.get_params(ctx) for flag in param.opts if len(flag) == 2}
    for arg in () if ctx.resilient_parsing else _behind_one_dash(command, args):
        from ._suggest import has_meaning

        if arg[:2] not in short or has_meaning(arg, ctx):
            raise click.NoSuchOption(arg.partition("=")[0], ctx=ctx)


def _behind_one_dash(command: click.Command, args: list[str]) -> Iterator[str]:
    valued = {flag for p in command.params if isinstance(p, click.Option) and not p.is_flag for flag in p.opts}
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            return
        if arg in valued:
            next(rest, None)
        elif len(arg) > 2 and arg[0] == "-" and arg[1].isalpha():
            yield arg
