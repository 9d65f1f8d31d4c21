"""Flags from dataclasses, and the options that many commands share."""

from __future__ import annotations

import click

from ._config import Command, SectionOption
from ._help import blocks_of

METAVARS = {int: "N", float: "X", str: "FILE"}
COUNTS_FORMATS = ("glove-cooccur", "scipy-npz")  # of other programs


class SectionedCommand(Command):
    """Help with one block per section, and what people change most before them."""

    def format_options(self, ctx, formatter):
        for heading, rows in blocks_of(ctx, self.get_params(ctx)).items():
            with formatter.section(heading):
                formatter.write_dl(rows)


class WholeRange(click.IntRange):
    """Click's own, under a name that reads well in its message."""

    name = "whole number"

    def get_metavar(self, param, ctx=None):
        return METAVARS[int]


class FiniteRange(click.FloatRange):
    """A number from a bound on; neither infinite nor NaN, which no comparison keeps out."""

    name = "number"

    def get_metavar(self, param, ctx=None):
        return METAVARS[float]

    def convert(self, value, param, ctx):
        number = super().convert(value, param, ctx)
        return number if abs(number) < float("inf") else self.fail(f"{value} is not a finite number.", param, ctx)

    def _describe_range(self):
        return "" if self.min is None else super()._describe_range()


class Encoding(click.ParamType):
    """The name of an encoding of text, as Python spells it."""

    name = "name"

    def convert(self, value, param, ctx):
        if value == "utf-8":
            return value
        from ..errors import OptionError
        from ..io.encoding import canonical

        try:
            return canonical(value)
        except OptionError as error:
            return self.fail(f"{error} ({error.hint}).", param, ctx)


class NameOrFile(click.ParamType):
    """One of some names, or a file."""

    name = "name"

    def __init__(self, names: tuple[str, ...]):
        self.names = names

    def convert(self, value, param, ctx):
        import os

        if value in self.names or value.startswith("bpe:") or os.path.exists(value):
            return value
        return self.fail(f"{value!r} is neither a file nor one of {', '.join(self.names)}.", param, ctx)

    def shell_complete(self, ctx, param, incomplete):
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name) for name in self.names if name.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")]


def section_options(section: str, options: type) -> list[SectionOption]:
    """The flags of one dataclass."""
    from dataclasses import fields

    made = []
    for f in fields(options):
        meta, flag = f.metadata, f.name.replace("_", "-")
        declaration = f"--{flag}/--{meta['off'] or f'no-{flag}'}" if meta["kind"] is bool else f"--{flag}"
        made.append(
            SectionOption(
                [declaration, f.name],
                section=section,
                kind=meta["kind"],
                type=_type(meta),
                default=f.default,
                multiple=meta["many"],
                show_default=f.default not in (None, (), "", "\t"),
                help=_help(meta),
                metavar=_metavar(meta, f.default),
            )
        )
    return made


WIDE = 24  # characters of choices that fit beside a flag


def _metavar(meta, default) -> str | None:
    if meta["file"]:
        return "NAME"
    if meta["choices"]:
        return None if len("|".join(meta["choices"])) <= WIDE else "NAME"
    return None if isinstance(default, str) else METAVARS.get(meta["kind"])


def _help(meta) -> str:
    choices = meta["choices"] or ()
    return meta["help"] if len("|".join(choices)) <= WIDE else f"{meta['help']}: {', '.join(choices)}"


def _type(meta) -> click.ParamType | type:
    if meta["file"]:
        return NameOrFile(meta["choices"])
    if meta["choices"]:
        return click.Choice(meta["choices"])
    if meta["encoding"]:
        return Encoding()
    bound, is_open = (meta["above"], True) if meta["above"] is not None else (meta["least"], False)
    if meta["kind"] is float:
        return FiniteRange(min=bound, min_open=is_open)
    return WholeRange(bound, meta["most"], min_open=is_open) if bound is not None else meta["kind"]


def configured(name: str | None, callback, sections: dict[str, type], params=(), help: str = "") -> SectionedCommand:
    """A command whose flags are the fields of `sections`; `callback` receives them as `config`, and as `memory` what
    those of `corpus_params` say."""

    from dataclasses import fields

    from ..config import Config
    from ..runtime.memory import Memory

    def run(**values):
        config = Config(
            **{
                section: options(**{f.name: values.pop(f.name) for f in fields(options)})
                for section, options in sections.items()
            }
        )
        if "max_memory" in values:
            values["memory"] = Memory(values.pop("max_memory"), values.pop("max_vocab_memory"))
        return callback(config=config, **values)

    flags = [flag for section, options in sections.items() for flag in section_options(section, options)]
    return SectionedCommand(name, callback=run, params=[*params, *flags], help=help)


def model_argument(function):
    """The vector file a query command reads."""
    return click.argument("file", metavar="FILE")(function)


class FormatName(click.ParamType):
    """The name of a format of vectors, left as it is; shells complete it."""

    name = "format"

    def __init__(self, is_written: bool = False):
        self.is_written = is_written

    def shell_complete(self, ctx, param, incomplete):
        from click.shell_completion import CompletionItem

        from ..vectors.formats import FORMATS

        names = [format.NAME for format in FORMATS if format.WRITABLE or not self.is_written]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def shared(*names: str, **settings):
    """An option of several commands: `@option` gives it to a function, `option()` makes one for a list."""

    def option(function=None):
        return click.option(*names, **settings)(function) if function else click.Option(names, **settings)

    return option


json_option = shared("--json", "as_json", is_flag=True, help="JSON lines instead of tab-separated ones")
quiet_option = shared("-q", "--quiet", is_flag=True, help="nothing on stderr but errors")
cache_option = shared(
    "--cache/--no-cache", default=True, help="keep the encoded text, so that the next run starts at once"
)
format_option = shared(
    "--from",
    "source_format",
    type=FormatName(),
    metavar="FORMAT",
    help="format of what is read; by default its bytes tell",
)
target_option = shared(
    "--to",
    "target",
    type=FormatName(is_written=True),
    metavar="FORMAT",
    help="format of OUT; by default its suffix tells",
)
output_embedding_option = shared(
    "--output-embedding",
    "output",
    is_flag=True,
    help="of a language model: the vectors that predict words, not those it reads",
)


def one_stdin(*paths: str | None) -> None:
    """Usage error where several of these files are stdin."""
    if paths.count("-") > 1:
        raise click.UsageError("only one of the files can be -, stdin", click.get_current_context())


class Size(click.ParamType):
    """An amount of memory, as in 500M."""

    name = "size"

    def convert(self, value, param, ctx):
        from ..units import parse_size

        size = value if isinstance(value, int) else parse_size(value)
        return size if size > 0 else self.fail(f"{value} is no amount of memory.", param, ctx)


def counts_params() -> list[click.Parameter]:
    """Parameters of every command that counts, or reads counts, besides its configuration."""
    return [
        *corpus_params(),
        click.Option(
            ["--from", "source"],
            type=click.Choice(COUNTS_FORMATS),
            help="INPUT is a file of counts in this format (GloVe's and SciPy's need --vocab)",
        ),
    ]


def corpus_params() -> list[click.Parameter]:
    """Parameters of every command that reads text, besides its configuration."""
    return [
        click.Argument(["inputs"], nargs=-1, metavar="INPUT..."),
        click.Option(["-o", "--output"], metavar="OUT", help="file to write; - is stdout"),
        cache_option(),
        click.Option(
            ["--max-memory"],
            type=Size(),
            metavar="SIZE",
            help="hold this much in memory, as in 500M, the rest in $TMPDIR; what cannot be done so is refused before "
            "the work  [default: what is free]",
        ),
        click.Option(
            ["--max-vocab-memory"],
            type=Size(),
            metavar="SIZE",
            help="of that, for counting words  [default: a quarter]",
        ),
        click.Option(["--log"], metavar="FILE", help="write events as JSON lines"),
        quiet_option(),
    ]
