"""Commands of commands."""

from __future__ import annotations

from collections.abc import Callable

import click

from ._help import Context
from ._usage import MistakenError, refuse_single_dashes


class LazyGroup(click.Group):
    """Subcommands of a `table`, name → help. `make(name)` makes one when it is called, so that help costs nothing."""

    context_class = Context

    def __init__(self, *args, heading: str, table: dict[str, str], make: Callable[[str], click.Command], **kwargs):
        super().__init__(*args, **kwargs)
        self.heading, self.table, self.make = heading, table, make

    def list_commands(self, ctx):
        return list(self.table)

    def get_command(self, ctx, name):
        if name not in self.table:
            return None
        command = self.make(name)
        command.short_help = self.table[name]
        return command

    def parse_args(self, ctx, args):
        # `help train svd` is `train svd --help`.
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        refuse_single_dashes(self, ctx, args[:1])
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx, args):
        name, *others = args
        if name not in self.table and (name == "-" or not name.startswith("-")) and not ctx.resilient_parsing:
            raise self._unknown(ctx, name, others)
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx, name: str, others: list[str]) -> MistakenError:
        from ._suggest import like_command

        noun = self.heading.removesuffix("s").lower()
        if like := like_command(name, self.table):
            return MistakenError(f"No such {noun} {name!r}.", ctx, like)
        if not _is_file(name):
            return MistakenError(f"No such {noun} {name!r}.", ctx)
        named = [other for other in others if other in self.table]
        if named:
            return MistakenError(f"The {noun} comes before {name!r}.", ctx, f"{ctx.command_path} {named[0]} {name}")
        *names, last = self.table
        # All of the commands would fill the screen.
        names = f"{', '.join(names)} or {last}" if ctx.parent else ""
        return MistakenError(f"Missing {noun} before {name!r}.", ctx, names)

    def format_commands(self, ctx, formatter):
        with formatter.section(self.heading):
            formatter.write_dl(list(self.table.items()))


def _is_file(name: str) -> bool:
    """True if `name` is that of a file, or looks like one."""
    import os

    return name == "-" or any(c in name for c in "./\\*") or os.path.exists(name)
