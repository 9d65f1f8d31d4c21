"""Every task: the flag of `embedkit evaluate` that names its files, where it lives, a line of help. Strings only.

To add a task: one file with `TASK` (see `contract`), and one line here.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple


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
