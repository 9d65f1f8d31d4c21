"""Models that can be written again: the result of a training, or a copy of the file they were read from."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..errors import EmbedkitError
from ..io.files import open_input
from ..io.output import Output


class Saved:
    """A model that is asked. `source` is what the commands work on; `save(path, format)` writes it."""

    def __init__(self, source, save: Callable):
        self.source, self._save = source, save

    def save(self, path, format: str | None = None) -> None:
        """Write the model; n-grams as ARPA where the suffix of `path`, or `format`, says so."""
        self._save(path, format)

    @property
    def metadata(self) -> dict:
        """Provenance of the model."""
        return self.source.metadata


def save_result(model, result, path, format: str | None = None) -> None:
    """Writes the `result` of a training of `model` of the catalog."""
    with model.open(os.fspath(path), format) as saving:
        saving.save(result)


def copy_file(source, path, format: str | None = None) -> None:
    """Writes the file `source` again. EmbedkitError where another `format` is wanted."""
    if format is not None:
        raise EmbedkitError(f"{path}: a model that was read is saved as it was", "embedkit convert changes formats")
    with open_input(source) as file, Output(path) as out:
        while block := file.read(1 << 20):
            out.write(block)
