"""Checkpoints of `embedkit train`: the flags, and where the file lies."""

from __future__ import annotations

from contextlib import contextmanager

import click

from ..errors import EmbedkitError


def checkpoint_params() -> list[click.Parameter]:
    """The flags of a training that can be stopped."""
    return [
        click.Option(
            ["--checkpoint"],
            metavar="FILE",
            help="checkpoint file: the state of the unfinished run  [default: OUT.ckpt; none where OUT is no file]",
        ),
        click.Option(["--resume"], is_flag=True, help="resume from the checkpoint, if there is one"),
        click.Option(["--restart"], is_flag=True, help="discard the checkpoint, if there is one, and start anew"),
    ]


@contextmanager
def keep_result_on_write_error(state):
    """Inside, the result of `state`, a `Checkpoint`, is made and written: where the disk has no room for it, the error
    says how hours of work are saved."""
    try:
        yield
    except EmbedkitError as error:
        if state.is_complete:
            again = f"make room, or write elsewhere: the same command with --resume --checkpoint {state.path} -o OTHER"
            raise EmbedkitError(f"{error}; what was trained is in {state.path}", again) from error
        raise


def open_checkpoint(output: str, log: str | None, inputs: tuple[str, ...]):
    """The `Checkpoint` that `--checkpoint`, `--resume` and `--restart` ask for; one that the run would replace unasked
    is refused here, before there is a log or any work."""
    from ..training.checkpoint import Checkpoint

    context = click.get_current_context()
    given, resume, restart = (context.params[name] for name in ("checkpoint", "resume", "restart"))
    if resume and restart:
        raise click.UsageError("--resume goes on from the checkpoint, --restart discards it: give one of them", context)
    return Checkpoint(_path(given, output, resume or restart, log, inputs), resume, restart)


def _path(given: str | None, output: str, is_needed: bool, log: str | None, inputs: tuple[str, ...]) -> str | None:
    """Path of the checkpoint: as `given`, else beside the output if that is a file."""
    import os

    from ..io.files import is_descriptor

    context = click.get_current_context()
    is_file = not is_descriptor(output) and (os.path.isfile(output) or not os.path.exists(output))
    path = f"{output}.ckpt" if given is None and is_file else given
    if path is None:
        if is_needed:
            flag = "--resume" if context.params["resume"] else "--restart"
            raise click.UsageError(f"{flag} needs --checkpoint FILE, as {output} is no file", context)
        return None
    if is_descriptor(path):
        raise click.UsageError(f"--checkpoint {path}: is no file", context)
    for other in filter(None, (output, log, *inputs)):
        # In a folder that is read, the checkpoint would be text when the run goes on.
        real = os.path.realpath(other)
        if os.path.commonpath((os.path.realpath(path), real)) == real:
            raise EmbedkitError(
                f"{path}: cannot be the checkpoint, for this run reads or writes {other}",
                "--checkpoint FILE puts it elsewhere",
            )
    return path
