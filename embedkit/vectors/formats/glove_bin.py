"""GloVe binary (`vectors.bin`), read only: float64, V word rows and then V context rows, each D numbers and a bias.

There is no header and there are no words: they come from the vocabulary file ("word count" lines) of the same run.
Vectors are word + context row without the biases, as in GloVe's default text output.
"""

from __future__ import annotations

import numpy as np

from ...errors import EmbedkitError, FormatError
from ...text.vocab import Vocab
from ..vectors import Vectors
from ._rows import BLOCK, imported
from ._words import read_words

UNREAD = "biases, word and context vectors apart from each other, the <unk> row of the text output"


def sniff(head: bytes) -> bool:
    return False  # numbers alone could be anything


def read(path, data: np.ndarray, *, vocab=None, dedupe: str = "error") -> Vectors:
    """`vocab` names the vocabulary file. Raises FormatError where its words and the numbers do not match."""
    if vocab is None:
        raise EmbedkitError(
            f"{path}: this format holds no words",
            "give GloVe's vocabulary file (a word and its count a line) with --vocab",
        )
    words, counts = read_words(vocab)
    V, size = len(words), len(data)
    if size % (16 * V) or size < 32 * V:
        message = f"{size} bytes are not twice {V} rows of numbers: {V} words are in {vocab}"
        raise FormatError(path, message, "is it the vocabulary of the same run, and the file complete?")
    rows = data.view("<f8").reshape(2, V, -1)
    matrix = np.empty((V, rows.shape[2] - 1), np.float32)
    for start in range(0, V, step := max(1, BLOCK // matrix.shape[1])):
        both = rows[:, start : start + step, :-1]
        with np.errstate(over="ignore", invalid="ignore"):  # infinite and NaN rows are named below
            matrix[start : start + step] = both[0] + both[1]
    vectors = imported(path, Vocab.from_words(words, counts), matrix, "glove-bin", "row", 1, dedupe)
    vectors.unread = UNREAD
    return vectors
