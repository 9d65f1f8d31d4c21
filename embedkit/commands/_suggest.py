"""Suggestions for options, commands and models that do not exist. Only wrong usage reads this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import click

from .. import catalog
from ._habits import COMMANDS, MODELS, OPTIONS, REMARKS


def plain(name: str) -> str:
    """An option or a command as it would be spelt here: `-minCount`, `--min_count` and `MIN-COUNT` are `min-count`."""
    name = name.lstrip("-").partition("=")[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).replace("_", "-").lower()


def like_option(name: str, ctx: click.Context) -> str:
    """The option of the command of `ctx` that `name`, which is none, stands for; empty if nobody knows."""
    known = _options(ctx.command, ctx)
    spelt = known.get(plain(name)) if len(name) > 2 else None
    found = spelt or _elsewhere(name, ctx) or _habitual(name, known, ctx) or _remark(name, ctx)
    return found or _near_option(plain(name), known) or _dashes(name, ctx)


def has_meaning(name: str, ctx: click.Context) -> bool:
    """True if `name` is an option of the command of `ctx`, or another tool's name for one."""
    known = _options(ctx.command, ctx)
    return plain(name) in known or bool(_habitual(name, known, ctx))


def like_command(name: str, table: dict[str, str]) -> str:
    """The names in `table` that `name`, which is not there, stands for; empty if nobody knows."""
    name = plain(name)
    if name in table:
        return name
    if "train" not in table:
        return _called(name, MODELS) or _near_command(name, table)
    models = _called(name, COMMANDS) or (name if name in catalog.MODELS else _called(name, MODELS))
    if models and models.split()[0] not in {*table, "--version"}:
        return " or ".join(f"train {model}" for model in models.split(" or "))
    return models or _near_command(name, table)


def _near_command(name: str, table: dict[str, str]) -> str:
    return "".join(get_close_matches(name, table, 1))


def _called(name: str, others: dict[str, str]) -> str:
    return next((ours for ours, names in others.items() if name in names.split()), "")


def _options(command: click.Command, ctx: click.Context) -> dict[str, str]:
    """The long options of `command`, by their names without dashes."""
    options = (param for param in command.get_params(ctx) if isinstance(param, click.Option))
    flags = (flag for option in options for flag in (*option.opts, *option.secondary_opts))
    return {flag[2:]: flag for flag in flags if flag.startswith("--")}


def _habitual(name: str, known: dict[str, str], ctx: click.Context) -> str:
    name, arguments = plain(name), _arguments(ctx.command)
    for ours, names in OPTIONS:
        if name in names.split():
            if ours.split()[0][2:] in known or (ours == "-k" and any(ours in p.opts for p in ctx.command.params)):
                return ours
            if ours in arguments:
                return f"{ours}, without a flag"
    return ""


def _remark(name: str, ctx: click.Context) -> str:
    return _called(plain(name), REMARKS) if ctx.command_path.startswith("embedkit train ") else ""


def _arguments(command: click.Command) -> set[str]:
    """The arguments of `command` as its usage shows them."""
    params = (param for param in command.params if isinstance(param, click.Argument))
    return {(param.metavar or "").replace("...", "").strip("[]") for param in params}


def _near_option(name: str, known: dict[str, str]) -> str:
    """The one that begins with `name`, or those spelt like it; nothing for a name that other tools give to something
    else, and what a command lacks."""
    begun = [flag for ours, flag in known.items() if ours.startswith(name)] if len(name) > 1 else []
    if len(begun) == 1:
        return begun[0]
    if any(name in names.split() for _, names in OPTIONS):
        return ""
    return " or ".join(known[near] for near in get_close_matches(name, known, 3, 0.7))


def _elsewhere(name: str, ctx: click.Context) -> str:
    """For an option that stands before the command it belongs to."""
    if not isinstance(ctx.command, click.Group) or not any(_takes(name, sub) for sub in _commands(ctx)):
        return ""
    noun = "model" if ctx.parent else "command"
    return f"options come after the {noun}: {ctx.command_path} {noun.upper()} … {name}"


def _commands(ctx: click.Context) -> Iterator[click.Context]:
    for name in ctx.command.list_commands(ctx):
        sub = click.Context(ctx.command.get_command(ctx, name), ctx, name)
        yield from _commands(sub) if isinstance(sub.command, click.Group) else [sub]


def _takes(name: str, ctx: click.Context) -> bool:
    return any(name in (*param.opts, *param.secondary_opts) for param in ctx.command.get_params(ctx))


def _dashes(name: str, ctx: click.Context) -> str:
    is_word = not name.startswith("--") and _arguments(ctx.command) & {"QUERY", "WORD", "A B", "A B C"}
    return "words that begin with a dash come after --" if is_word else ""
