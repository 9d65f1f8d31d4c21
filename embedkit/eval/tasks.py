"""Every task: the flag of `embedkit evaluate` that names its files, where it lives, a line of help. Strings only.

To add a task: one file with `TASK` (see `contract`), and one line here.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import NamedTuple

from ..errors import OptionError

# Values of the options that name or override a protocol, see `protocols.protocol_of`.
CHOICES = {
    "protocol": ("word2vec", "gensim", "glove", "fasttext", "hyperwords", "levy2015"),
    "method": ("add", "mul", "both"),
    "oov": ("compose", "skip", "wrong", "both"),
    "oov_pairs": ("compose", "skip", "zero"),
}


VECTORS, ENCODER_DECODERS, CLASSIFIERS = "vectors", "encoder-decoders", "classifiers"


class Entry(NamedTuple):
    """A task in `module.TASK`, and the `kind` of models that it is for."""

    module: str
    help: str
    kind: str = VECTORS

    def load(self):
        """The `contract.Task`."""
        return import_module(f".{self.module}", __package__).TASK


TASKS = {
    "pairs": Entry("similarity", "word pairs with scores"),
    "questions": Entry("analogy", "analogy questions"),
    "categories": Entry("categories", "words with categories: purity"),
    "dictionary": Entry("dictionary", "words with translations, in the vectors of --target"),
    "classify": Entry("classify", "label, tab, text: cross-validation"),
    "labelled": Entry("labelled", "texts with labels", CLASSIFIERS),
    "parallel": Entry("parallel", "pairs of a source and a target", ENCODER_DECODERS),
}


def kind_of(names: Iterable[str]) -> str:
    """The kind of models that the tasks `names`, one or more, are for. OptionError where they are for two."""
    first, *rest = names
    for name in rest:
        if TASKS[name].kind != TASKS[first].kind:
            raise OptionError(
                f"--{first} is for {TASKS[first].kind}, --{name} for {TASKS[name].kind}", "evaluate them one by one"
            )
    return TASKS[first].kind
