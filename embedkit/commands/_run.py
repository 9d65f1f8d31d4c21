"""Shared parts of `train`, `count` and `vocab`: inputs, output, progress."""

from __future__ import annotations

import click

from ..errors import EmbedkitError
from ..runtime.progress import Progress
from ._options import one_stdin


def open_progress(quiet: bool, log: str | None, inputs: tuple[str, ...], resumes: bool = False) -> Progress:
    """The progress of a run that writes over none of its inputs. One that `resumes` goes on behind what is in the
    log."""
    import os

    output = click.get_current_context().params["output"]
    for what, written in (("log", log), ("output", output)):
        for path in inputs if written not in (None, "-") and os.path.exists(written) else ():
            if os.path.isfile(path) and os.path.samefile(path, written):
                raise EmbedkitError(f"{written}: is an input, so it cannot be the {what}")
    return Progress(quiet, log, append=resumes)


def need_inputs(inputs: tuple[str, ...]) -> None:
    """Usage error where there are none, or where stdin would have to be two of the files that this command reads."""
    params = click.get_current_context().params
    others = (params.get(name) for name in ("vocab", "phrases", "valid", "unlabelled", "class_weights"))
    many = (path for name in ("valid_pairs", "valid_questions", "replay") for path in params.get(name) or ())
    one_stdin(*inputs, *others, *many)
    if not inputs:
        raise click.UsageError(
            "Missing INPUT: text files, folders, patterns, or - for stdin", click.get_current_context()
        )


def need_output(output: str | None) -> str:
    """`output`; usage error where there is none."""
    if output is None:
        raise click.UsageError("Missing -o OUT: the file to write, or - for stdout", click.get_current_context())
    return output


def given_options(*sections: str) -> list[str]:
    """The flags of these sections that were given, and not only as their defaults in a --config file."""
    ctx = click.get_current_context()
    source = click.core.ParameterSource

    def is_given(param) -> bool:
        found = ctx.get_parameter_source(param.name)
        return found is not source.DEFAULT and (
            found is not source.DEFAULT_MAP or ctx.params[param.name] != param.default
        )

    return [p.opts[0] for p in ctx.command.params if getattr(p, "section", "") in sections and is_given(p)]
