"""Validation while a model is trained: its vectors are evaluated after every epoch."""

from __future__ import annotations

from ..errors import EmbedkitError
from .tasks import TASKS


class Validation:
    """Called with vectors: {name of the data set: Spearman correlation, or accuracy among the first 30,000 words}.

    Data sets are lower-cased where no word of the vocabulary has a capital A to Z.
    """

    def __init__(self, training):
        # Read before the work: a bad line should not cost an epoch.
        paths = {key: getattr(training, f"valid_{key}", ()) for key in TASKS}
        tasks = {key: TASKS[key].load() for key in paths if paths[key]}
        self._sets = [(task, task.read(path)) for key, task in tasks.items() for path in paths[key]]
        self._lowercase = False
        names = [dataset.name for _, dataset in self._sets]
        if twice := [name for name in names if names.count(name) > 1]:
            raise EmbedkitError(f"two of the files to validate by are called {twice[0]}", "results are told by name")

    def fingerprints(self) -> list[str]:
        """SHA-256 of the items of each data set and their scores."""
        from hashlib import sha256

        items = ([data.name, *data.words, *map(str, getattr(data, "gold", ()))] for _, data in self._sets)
        return [sha256("\n".join(lines).encode()).hexdigest() for lines in items]

    def check(self, vocab) -> None:
        """Refuse data sets of which the vocabulary knows too little to judge by."""
        import numpy as np

        from ..vectors.vectors import Vectors

        self._lowercase = not ((vocab.utf8 >= ord("A")) & (vocab.utf8 <= ord("Z"))).any()
        for name, value in self(Vectors(vocab, np.zeros((len(vocab), 1), np.float32)), known_only=True).items():
            if not value:
                raise EmbedkitError(f"too little of {name} is in the vocabulary", "is it in the language of the text?")

    def __call__(self, vectors, known_only: bool = False) -> dict[str, float]:
        """With `known_only` whether as many items as a score needs are in the vocabulary instead."""
        from .protocols import PLAIN

        protocol, found = PLAIN._replace(case="lower") if self._lowercase else PLAIN, {}
        for task, dataset in self._sets:
            (result,) = task.evaluate(vectors, dataset, protocol)
            found[dataset.name] = result.used >= task.least if known_only else result.value or 0.0
        return found
