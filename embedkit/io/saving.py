"""Outputs that are opened before the work that makes what is written to them."""

from __future__ import annotations

from collections.abc import Callable

from .output import Output


class Saving:
    """An output, and the function `(out, result)` that writes it: a bad name, format or directory shows at once.

    `with Saving(path, write) as saving: …; saving.save(result)`
    """

    def __init__(self, path, write: Callable[[Output, object], None], is_text: bool = False, packs: bool = False):
        self.out, self._write = Output(path, is_text, packs), write

    def __enter__(self):
        self.out.__enter__()
        return self

    def reserve(self, nbytes: int) -> None:
        """Take disk space for a result of about this size, so that a full disk shows before the work."""
        self.out.reserve(nbytes)

    def save(self, result) -> None:
        """Write the result."""
        self._write(self.out, result)

    def __exit__(self, *failure) -> None:
        self.out.__exit__(*failure)
