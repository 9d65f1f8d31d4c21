"""Lines of a text as they arrive, for commands that answer each of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import click


def check_text(model: str, name: str, text: str | None) -> None:
    """Usage error where the `model`, called `name`, is stdin, and so would be the text; EmbedkitError where that is a
    file of embedkit's own."""
    if model == "-" and text in (None, "-"):
        raise click.UsageError(f"{name} is -, so TEXT must be a file", click.get_current_context())
    if text is not None:
        from ..text.inputs import need_text

        need_text([text])


def blocks(path: str | None, encoding: str, encoding_errors: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of `path` (None and "-" are stdin) with their numbers, in blocks, as they arrive, without CR and byte
    order mark.

    FormatError at the first byte that is not of the encoding, unless `encoding_errors` is "replace"; EmbedkitError
    where a file has no lines.
    """
    from ..errors import EmbedkitError
    from ..io.encoding import open_text
    from ._out import whole_lines

    mark, number = "\ufeff", 0
    with open_text(path or "-", encoding, encoding_errors, checked=True) as file:
        for lines in whole_lines(file):
            block = lines.decode().removeprefix(mark).replace("\r", "").split("\n")
            yield list(enumerate(block, number + 1))
            mark, number = "", number + len(block)
    if path is not None and not number:
        raise EmbedkitError(f"{path}: no lines in it", "the input is empty")


AHEAD = 64  # blocks that are read before they are asked for


def read_ahead(blocks: Iterator[list]) -> Iterator[list]:
    """The same lines in fewer blocks: while one is answered a thread reads on, and what has come by then is the next.

    So the first lines are answered at once, and many that come quickly in one go. What `blocks` raises is raised behind
    the lines before it.
    """
    waiting: queue.Queue = queue.Queue(AHEAD)
    end = object()

    def read() -> None:
        failure = None
        try:
            for block in blocks:
                waiting.put(block)
        except BaseException as error:
            failure = error
        waiting.put((end, failure))

    threading.Thread(target=read, daemon=True).start()
    while True:
        items = [waiting.get()]
        while not waiting.empty():
            items.append(waiting.get())
        last = items[-1]
        is_over = isinstance(last, tuple) and last[0] is end
        lines = [line for block in (items[:-1] if is_over else items) for line in block]
        if lines:
            yield lines
        if is_over:
            if last[1] is not None:
                raise last[1]
            return
