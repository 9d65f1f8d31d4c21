"""Validation while a model is trained: pairs and questions, asked after every epoch."""

from __future__ import annotations

from ..errors import EmbedkitError


class Judge:
    """Called with vectors: {name of the data set: Spearman correlation, or accuracy among the first 30,000 words}.

    Data sets are lower-cased where no word of the vocabulary has a capital A to Z.
    """

    def __init__(self, training):
        from ..eval import readers

        # Read before the work: a bad line should not cost an epoch.
        self._pairs = [readers.read_pairs(path) for path in training.valid_pairs]
        self._questions = [readers.read_questions(path) for path in training.valid_questions]
        self._lowercase = False

    @property
    def tasks(self) -> list:
        return [*self._pairs, *self._questions]

    def check(self, vocab) -> None:
        """Refuse data sets of which the vocabulary knows nothing."""
        import numpy as np

        from ..vectors.vectors import Vectors

        self._lowercase = not ((vocab.utf8 >= ord("A")) & (vocab.utf8 <= ord("Z"))).any()
        for name, value in self(Vectors(vocab, np.zeros((len(vocab), 1), np.float32)), known_only=True).items():
            if not value:
                raise EmbedkitError(f"nothing of {name} is in the vocabulary", "is it in the language of the text?")

    def __call__(self, vectors, known_only: bool = False) -> dict[str, float]:
        """With `known_only` the number of pairs and questions that are in the vocabulary instead."""
        from ..eval.analogy import judge_questions
        from ..eval.similarity import judge_pairs

        found = {}
        for pairs in self._pairs:
            agreement = judge_pairs(vectors, pairs, self._lowercase)
            found[pairs.name] = agreement.used if known_only else agreement.spearman or 0.0
        for questions in self._questions:
            (answers,) = judge_questions(vectors, questions, lowercase=self._lowercase)
            used, correct = (sum(getattr(section, n) for section in answers.sections) for n in ("used", "correct"))
            found[questions.name] = used if known_only else correct / used
        return found
