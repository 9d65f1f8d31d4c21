"""`--config` and `--print-config`: the options of a run as TOML, of every command that has some."""

from __future__ import annotations

import click

from ._help import Context, write_example
from ._usage import refuse_single_dashes

KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
TABLE = "options"  # of those that belong to no section
# What a run reads, writes and tells, and where it keeps what it may need again: none of it shapes the result.
APART = ("output", "log", "quiet", "cache", "checkpoint", "resume", "restart", "unknown", "config", "print-config")
PATHS = {"PAIRS", "FILE", "LIST", "INPUT", "TEXT", "LM", "LM2", "M", "A", "B", "IN", "OUT"}  # metavars of files


class SectionOption(click.Option):
    """A flag that belongs to a section of the configuration."""

    def __init__(self, *args, section: str, kind: type, **kwargs):
        super().__init__(*args, **kwargs)
        self.section, self.kind = section, kind


class FilePath(click.ParamType):
    """A path, left as it is; shells complete it."""

    name = "file"

    def convert(self, value, param, ctx):
        path = click.STRING.convert(value, param, ctx)
        return path or self.fail("'' is no name of a file.", param, ctx)

    def shell_complete(self, ctx, param, incomplete):
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class Command(click.Command):
    """A command whose options can be kept in a file. A `type` of an option that makes something else of its text than a
    number or a string has `spell(value)`, which makes the text again."""

    context_class = Context

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for param in self.params:
            if param.type is click.STRING and is_path(param):
                param.type = FilePath()
        self.params += [
            click.Option(
                ["--config"],
                metavar="FILE",
                type=FilePath(),
                is_eager=True,
                expose_value=False,
                callback=_read,
                help="read options from a TOML file; flags win",
            ),
            click.Option(["--print-config"], is_flag=True, help="print the TOML that reproduces this run, and stop"),
        ]

    def format_usage(self, ctx, formatter):
        super().format_usage(ctx, formatter)
        write_example(ctx, formatter)

    def parse_args(self, ctx, args):
        refuse_single_dashes(self, ctx, args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # whose help the hint names
            raise

    def invoke(self, ctx):
        from ..config import toml
        from ._out import Out

        if not ctx.params.pop("print_config"):
            return super().invoke(ctx)
        with Out() as out:
            for line in toml(_tables(ctx)).split("\n")[:-1]:
                out.line(line)
        return None


class Several(Command):
    """A command whose options with a metavar `WORD...` take all words up to the next option."""

    def parse_args(self, ctx, args):
        several = {flag for param in self.params if (param.metavar or "") == "WORD..." for flag in param.opts}
        spread, flag, is_first = [], "", False
        for arg in args:
            is_option = arg.startswith("-") and arg != "-"
            if is_option:
                flag, is_first = arg if arg in several else "", True
            spread += [arg] if is_option or not flag or is_first else [flag, arg]
            is_first = is_option
        return super().parse_args(ctx, spread)


def is_path(param: click.Parameter) -> bool:
    """True if the value of `param` is a file, by its metavar."""
    text = (param.metavar or "").partition(" ")[0]  # in FILE [WORD]... the file comes first
    is_prompt = isinstance(param, click.Option) and text == "TEXT"
    return text.removesuffix("...").strip("[]") in PATHS and not is_prompt


def _key(param: click.Option) -> str:
    return max((flag.lstrip("-") for flag in param.opts), key=len)


def _places(command: click.Command) -> dict[tuple[str, str], click.Option]:
    """Every option that shapes the result, by its table and its key there."""
    options = [param for param in command.params if isinstance(param, click.Option) and _key(param) not in APART]
    return {(getattr(param, "section", TABLE), _key(param)): param for param in options}


def _tables(ctx: click.Context) -> dict[str, dict]:
    """All of the sections, and what is given beside them: there an option can be left open, for the run to choose."""
    tables, default = {}, click.core.ParameterSource.DEFAULT
    for (table, key), param in _places(ctx.command).items():
        value = ctx.params[param.name]
        is_wanted = isinstance(param, SectionOption) or ctx.get_parameter_source(param.name) is not default
        if is_wanted and value not in (None, ()):
            spell = getattr(param.type, "spell", None)
            tables.setdefault(table, {})[key] = spell(value) if spell else value
    return tables


def _read(ctx, param, path):
    if path is None:
        return
    from ..config import read_toml
    from ..io.files import read_whole

    try:
        tables = read_toml(read_whole(path).decode())
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}", ctx) from error
    known, values = _places(ctx.command), {}
    for section, table in tables.items():
        for key, value in table.items() if isinstance(table, dict) else [(None, None)]:
            param = known.get((section, str(key).replace("_", "-")))
            if param is None:
                raise click.UsageError(f"{path}: {_misplaced(ctx.command_path, known, section, key)}", ctx)
            items = value if param.multiple and isinstance(value, list) else [value]
            for item in items:
                if not _fits(item, param):
                    kind = KINDS.get(getattr(param, "kind", None), "one value")
                    raise click.UsageError(f"{path}: {section}.{key} = {item!r} is not {kind}", ctx)
            values[param.name] = items if param.multiple else value
    ctx.default_map = values


def _misplaced(command: str, known: dict[tuple[str, str], click.Option], section: str, key: str | None) -> str:
    """Message about a key that the table `section` has not, or, where `key` is None, about a key outside all tables:
    the table that has it, if one does."""
    if key is None and section in {table for table, _ in known}:
        return f"{section} is a table: write [{section}], and its options below"
    name = (key or section).replace("_", "-")
    tables = " or ".join(f"[{table}]" for table, option in known if option == name)
    if not tables:
        return f"{command} has no option {section}.{key}" if key else f"{command} has no option {section}"
    place = f"is under [{section}]" if key else "stands outside a table"
    return f"{key or section} {place}; put it under {tables}"


def _fits(item, param: click.Option) -> bool:
    """True if `item` is of the kind of `param`; outside sections click tells, once it is no list or table."""
    if not isinstance(param, SectionOption):
        return isinstance(item, (str, int, float))
    kind = (int, float) if param.kind is float else param.kind
    return isinstance(item, kind) and (param.kind is bool or not isinstance(item, bool))
