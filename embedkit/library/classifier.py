"""Classifiers as people ask them in Python, by scikit-learn's names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

import numpy as np

from ..classification.classify import likeliest
from ..classification.load import load
from .saved import Saved, copy_file, save_result


class Classifier(Saved):
    """A classifier of texts. `source` is what the commands work on, see `classification.protocol`."""

    @classmethod
    def trained(cls, model, result, threads: int | None) -> Classifier:
        """The result of a training of `model` of the catalog."""
        return cls(result, partial(save_result, model, result))

    @classmethod
    def read(cls, path, data=None) -> Classifier:
        """The classifier in a file, or in its bytes."""
        return cls(load(os.fspath(path), data=data), partial(_save_again, path))

    def __repr__(self) -> str:
        model = self.metadata.get("model", "classifier")
        return f"<{model}: {len(self.source.labels):,} labels, {len(self.source.vocab):,} words>"

    @property
    def classes_(self) -> np.ndarray:
        """(K,) the labels, in the order of the columns of `predict_proba`."""
        return np.array(self.source.labels.words())

    def predict(self, texts: str | Sequence[str], *, threshold: float | None = None):
        """The likeliest label of a text; of several texts a list. With `threshold` all labels of at least that
        probability, likeliest first, as a list for each text."""
        asked = [texts] if isinstance(texts, str) else list(texts)
        found, names = self.source.probabilities(asked), self.source.labels.words()
        if threshold is None:
            answers = [names[best] for best in found.argmax(1).tolist()] if asked else []
        else:
            answers = [[names[k] for k in likeliest(row, len(names), threshold).tolist()] for row in found]
        return answers[0] if isinstance(texts, str) else answers

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """(n, K) float32 probabilities of the labels `classes_` of each text."""
        return self.source.probabilities([texts] if isinstance(texts, str) else list(texts))

    def explain(self, text: str, label: str | None = None) -> list[tuple[str, float]]:
        """The words and n-grams of a text, and what each adds to the score of a label, by default the likeliest; the
        largest amounts first. ValueError where there is no such label."""
        names = self.source.labels.words()
        if label is not None and label not in names:
            raise ValueError(f"there is no label {label!r}; labels: {', '.join(names[:10])}")
        chosen = int(self.source.probabilities([text])[0].argmax()) if label is None else names.index(label)
        return self.source.explain(text, chosen)


def _save_again(source, path, format: str | None = None) -> None:
    """Writes the classifier in the file `source` again, or in another format."""
    from ..classification import formats

    if format is None and os.path.splitext(os.fspath(path))[1] == os.path.splitext(os.fspath(source))[1]:
        copy_file(source, path)
        return
    with formats.open_output(os.fspath(path), format) as saving:
        saving.save(load(os.fspath(source)))
