"""Every task: the flag of `embedkit evaluate` that names its files, where it lives, a line of help. Strings only.

To add a task: one file with `TASK` (see `contract`), and one line here.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

# Values of the options that name or override a protocol, see `protocols.protocol_of`.
CHOICES = {
    "protocol": ("word2vec", "gensim", "glove", "fasttext", "hyperwords", "levy2015"),
    "method": ("add", "mul", "both"),
    "oov": ("compose", "skip", "wrong", "both"),
    "oov_pairs": ("compose", "skip", "zero"),
}


class Entry(NamedTuple):
    """A task in `module.TASK`."""

    module: str
    help: str

    def load(self):
        """The `contract.Task`."""
        return import_module(f".{self.module}", __package__).TASK


TASKS = {
    "pairs": Entry("similarity", "word pairs with scores"),
    "questions": Entry("analogy", "analogy questions"),
    "categories": Entry("categories", "words with categories: purity"),
    "classify": Entry("classify", "label, tab, text: cross-validation"),
}
