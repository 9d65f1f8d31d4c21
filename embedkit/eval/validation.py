"""Validation while a model is trained: pairs and questions, asked after every epoch."""

from __future__ import annotations

from ..errors import EmbedkitError


class Validation:
    """Called with vectors: {name of the data set: Spearman correlation, or accuracy among the first 30,000 words}.

    Data sets are lower-cased where no word of the vocabulary has a capital A to Z.
    """

    def __init__(self, training):
        from . import readers

        # Read before the work: a bad line should not cost an epoch.
        self._pairs = [readers.read_pairs(path) for path in training.valid_pairs]
        self._questions = [readers.read_questions(path) for path in training.valid_questions]
        self._lowercase = False
        names = [task.name for task in self.tasks]
        if twice := [name for name in names if names.count(name) > 1]:
            raise EmbedkitError(f"two of the files to validate by are called {twice[0]}", "results are told by name")

    @property
    def tasks(self) -> list:
        return [*self._pairs, *self._questions]

    def fingerprints(self) -> list[str]:
        """SHA-256 of what is asked, and what is held to be right."""
        import hashlib

        return [
            hashlib.sha256(
                "\n".join([task.name, *task.words, *map(str, getattr(task, "gold", ()))]).encode()
            ).hexdigest()
            for task in self.tasks
        ]

    def check(self, vocab) -> None:
        """Refuse data sets of which the vocabulary knows too little to judge by."""
        import numpy as np

        from ..vectors.vectors import Vectors

        self._lowercase = not ((vocab.utf8 >= ord("A")) & (vocab.utf8 <= ord("Z"))).any()
        for name, value in self(Vectors(vocab, np.zeros((len(vocab), 1), np.float32)), known_only=True).items():
            if not value:
                raise EmbedkitError(f"too little of {name} is in the vocabulary", "is it in the language of the text?")

    def __call__(self, vectors, known_only: bool = False) -> dict[str, float]:
        """With `known_only` whether enough pairs (two make a rank) and questions are in the vocabulary instead."""
        from .analogy import judge_questions
        from .protocols import PLAIN
        from .similarity import judge_pairs

        protocol, found = PLAIN._replace(case="lower") if self._lowercase else PLAIN, {}
        for pairs in self._pairs:
            agreement = judge_pairs(vectors, pairs, protocol)
            found[pairs.name] = agreement.used > 1 if known_only else agreement.spearman or 0.0
        for questions in self._questions:
            (answers,) = judge_questions(vectors, questions, protocol)
            used, correct = (sum(getattr(section, n) for section in answers.sections) for n in ("used", "correct"))
            found[questions.name] = used > 0 if known_only else correct / used
        return found
