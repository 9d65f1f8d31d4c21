"""The contract of a model: what `embedkit train` and `embedkit.train` ask of every line of the catalog.

A model is one file with its options (a frozen dataclass per section) and `MODEL`, an instance of a class below. Nothing
here, and nothing that such a file imports at its top, loads numpy: its options are read for `--help`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..runtime.resources import Resources

if TYPE_CHECKING:
    from ..io.saving import Saving
    from .checkpoint import Checkpoint


def _no_checkpoint() -> Checkpoint:
    from .checkpoint import Checkpoint  # numpy, which --help must not load

    return Checkpoint()


@dataclass
class Run(Resources):
    """The surroundings of a training: its resources, checkpoint and validation.

    checkpoint : where the state of an unfinished training is kept (`training.checkpoint.Checkpoint`)
    validation : scores of vectors after an epoch, a dict by name; higher is better
    counts_format, given : format of a file of counts, and flags that do not go together with one
    """

    checkpoint: Checkpoint = field(default_factory=_no_checkpoint)
    validation: Callable | None = None
    counts_format: str | None = None
    given: tuple[str, ...] = ()


class Model:
    """A model of the catalog: how it is configured, what it reads, needs and gives.

    sections : name of each section of its configuration → the dataclass of its options
    reads_counts : whether inputs may be a file of co-occurrence counts
    resumable : whether its training keeps checkpoints
    formats : names of the formats it is written in, besides native; None for those of vectors
    reads, gives : sentences for the help
    """

    reads_counts, resumable = False, False
    formats: tuple[str, ...] | None = None
    reads, gives = "INPUT is text: files, folders, patterns, - for stdin.", ""

    def __init__(self, sections: dict[str, type]):
        self.sections = sections

    def check(self, config) -> None:
        """OptionError where options do not go together; before anything is read."""

    def check_output(self, config, path: str, format: str | None) -> None:
        """OptionError where what `config` makes cannot be written to `path` in a `format`, by default that of its
        suffix; before anything is read."""

    def read(self, inputs, config, run: Run):
        """The data to train on: something with a `vocab`, a `sha256`, and `provenance`, facts for the result."""
        raise NotImplementedError

    def resolved(self, config, data):
        """`config` with the options that it leaves open, and that depend on the data, chosen."""
        return config

    def memory(self, data, config, run: Run) -> int:
        """Bytes that training holds at most, the data among them."""
        raise NotImplementedError

    def disk(self, data, config) -> int:
        """Bytes of the result, about; 0 where nobody knows."""
        return 0

    def train(self, data, config, run: Run):
        """The result: something with `metadata`, which an output of `open` can save."""
        raise NotImplementedError

    def open(self, path: str, format: str | None) -> Saving:
        """The output `path`, for a result in a format, by default that of its suffix.

        EmbedkitError where there is none.
        """
        raise NotImplementedError


class VectorModel(Model):
    """A model whose result is `Vectors` or `SparseVectors`."""

    def disk(self, data, config) -> int:
        return 4 * len(data.vocab) * config.model.dim

    def open(self, path, format):
        from ..vectors import formats

        return formats.Saving(path, format)


class DocumentModel(VectorModel):
    """A model whose result is `vectors.documents.DocumentVectors`, of words and of documents; written as native files.

    Its data have `names`, one of each document, besides the rest.
    """

    reads = (
        "INPUT is text (files, folders, patterns, - for stdin); a document is a line, or with --document file a file."
    )
    gives = "Ask the result for words as any vectors, for documents with `similar --documents`, `vectors --documents`."
    formats: tuple[str, ...] = ()

    def disk(self, data, config):
        return 4 * (len(data.vocab) + len(data.names)) * config.model.dim

    def open(self, path, format):
        from ..errors import OptionError
        from ..vectors import formats

        saving = formats.Saving(path, format)
        if saving.format.NAME != "native":
            raise OptionError(
                f"{path}: {saving.format.NAME} holds no vectors of documents",
                "write a native file (.safetensors); embedkit convert makes others of its words",
            )
        return saving

    def inference(self, stored, words) -> Callable:
        """The `infer` of `vectors.documents.DocumentSource` for the native file `stored`, whose `words` are read."""
        raise NotImplementedError
