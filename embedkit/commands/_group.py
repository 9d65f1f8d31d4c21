"""Commands of commands."""

from __future__ import annotations

from collections.abc import Callable

import click


class LazyGroup(click.Group):
    """Subcommands of a `table`, name → help. `make(name)` makes one when it is called, so that help costs nothing."""

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

    def resolve_command(self, ctx, args):
        name = args[0]
        if name not in self.table and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = " ".join(f"Did you mean {found!r}?" for found in get_close_matches(name, self.table, 1))
            raise click.UsageError(f"No such command {name!r}. {near}".rstrip(), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx, formatter):
        with formatter.section(self.heading):
            formatter.write_dl(list(self.table.items()))
