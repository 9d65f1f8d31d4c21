"""Co-occurrence counts as the data of a training: from text, or from a file of counts."""

from __future__ import annotations

from ..errors import EmbedkitError
from ..training.contract import VectorModel


class CountModel(VectorModel):
    """A model of co-occurrence counts."""

    reads_counts = True
    reads = "INPUT is text (files, folders, patterns, - for stdin), or a file made by `embedkit count`."

    def read(self, inputs, config, run):
        return read(inputs, config, run)


def read(inputs, config, run):
    """`Counts`: from a COUNTS file if that is what `inputs` names, else from text.

    `run.counts_format` names the format of a counts file that cannot be told by its bytes. A counts file has its text
    and context options inside; `run.given`, the flags that were given beside it, is refused.
    """
    from ..io.container import is_native
    from ..text import corpus
    from . import cooccur

    if len(inputs) == 1 and (run.counts_format or is_native(inputs[0])):
        given = [flag for flag in run.given if not run.counts_format or flag != "--vocab"]
        if given:
            raise EmbedkitError(
                f"{inputs[0]}: holds counts already, so {', '.join(given)} cannot change them",
                "count the text again, or leave those options out",
            )
        if run.counts_format:
            return counts_format(run.counts_format).load(inputs[0], config.text.vocab)
        return counts_format("native").load(inputs[0])
    text = corpus.load(inputs, config.text, run)
    found = cooccur.count(text, config.context, config.training.seed, run)
    run.progress.event("counts", entries=found.matrix.nnz)
    if not found.matrix.nnz:
        raise EmbedkitError(
            f"{' '.join(inputs)}: no two words stand near each other",
            "a window ends with its line: is that one word long?",
        )
    stored = config.stored()
    found.metadata["config"] = {name: stored[name] for name in ("text", "context")}
    return found


def counts_format(name: str):
    """The module that reads and writes counts in a format: "native", or one of another program."""
    from . import counts, glove_cooccur, scipy_npz

    return {"native": counts, glove_cooccur.NAME: glove_cooccur, scipy_npz.NAME: scipy_npz}[name]
