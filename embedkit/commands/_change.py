"""Shared parts of the commands that transform vectors."""

from __future__ import annotations

from functools import wraps

import click

from ..errors import EmbedkitError
from ._options import format_option, output_embedding_option, quiet_option, target_option


def change_options(function):
    """`-o`, `--to`, `--from`, `--output-embedding`, `--quiet`, which `function` receives as `change`."""

    @wraps(function)
    def command(out, target, source_format, output, quiet, **values):
        return function(change=Change(out, target, source_format, output, quiet), **values)

    file = click.option("-o", "--output", "out", metavar="OUT", help="file to write; - is stdout")
    for option in (quiet_option, output_embedding_option, format_option, target_option, file):
        command = option(command)
    return command


class Change:
    """The files of a transformation: the output, opened before the work, and vectors to read. At the end it is said on
    stderr what the output lacks of its sources."""

    def __init__(self, out: str | None, target: str | None, source_format: str | None, output: bool, quiet: bool):
        from ..runtime.progress import Progress

        self.out, self.quiet, self.say = out, quiet, Progress(quiet).say
        self._target, self._reading, self._lost = target, {"format": source_format, "output": output}, []

    def __enter__(self) -> Change:
        from ..vectors.formats import Saving
        from ._run import need_output

        self._saving = Saving(need_output(self.out), self._target).__enter__()
        self.format, self.reserve = self._saving.format, self._saving.reserve
        return self

    def open(self, file: str, dense: bool = True, data=None):
        """The vectors in `file`, of which `data` are the bytes where they have been read; EmbedkitError where they must
        be `dense`, and are not."""
        return (load_dense if dense else _load)(file, data=data, **self._reading)

    def save(self, made, *sources) -> None:
        """Write vectors that are `made` of `sources`."""
        from ..vectors.formats.lost import lost

        self._saving.save(made)
        self._lost = lost(made, self.format, *sources)

    def write(self, save, made) -> int:
        """Write what is no vectors with `save(out, made)`; the bytes of the file."""
        save(self._saving.out, made)
        return self._saving.out.written

    def __exit__(self, kind, *failure) -> None:
        self._saving.__exit__(kind, *failure)
        if kind is None and self._lost:
            self.say(f"{self.out}: without {'; '.join(self._lost)}")


def _load(file: str, **reading):
    from ..vectors.formats import load

    return load(file, **reading)


def load_dense(file: str, **reading):
    """The vectors in `file`, which must be dense."""
    from ..vectors.query import is_sparse

    source = _load(file, **reading)
    if is_sparse(source):
        raise EmbedkitError(f"{file}: sparse vectors, and this takes dense ones", "embedkit train svd makes such")
    return source
