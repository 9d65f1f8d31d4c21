"""The Protocol of a classifier of texts: what `classify` and evaluation need of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..text.vocab import Vocab


class TextClassifier(Protocol):
    """Gives texts probabilities of labels.

    labels : the K labels
    binary : True if the labels are independent, each a yes or no; otherwise their probabilities add up to 1
    metadata : how it was made
    compiled : None where it works without compiled code
    """

    labels: Vocab
    binary: bool
    metadata: dict
    compiled: object

    def probabilities(self, lines: Sequence[str]) -> np.ndarray:
        """(n, K) float32 probabilities of the labels of each line."""
        ...

    def explain(self, line: str, label: int) -> list[tuple[str, float]]:
        """The parts of a line and what each adds to the score of a label, the largest amounts first."""
        ...
