"""Opening a classifier: a native file says which model it is, the catalog where that lives; or fastText's `.bin`."""

from __future__ import annotations

import numpy as np

from ..catalog import CLASSIFIER, MODELS
from ..io.files import map_input
from ..vectors.formats.kind import load_model
from . import fasttext
from .protocol import TextClassifier

COMPILED = 1 << 18  # characters of text from which on compiled code is worth loading
_HINT = "embedkit train classifier TEXTS -o M makes a classifier"


def load(path, threads: int | None = None, data: np.ndarray | None = None) -> TextClassifier:
    """The classifier in the file `path` ("-" is stdin), or in its bytes, `data`.

    With `threads` it works in compiled code, on that many threads; without, nothing is compiled. FormatError where the
    file is damaged or holds something else.
    """
    data = map_input(path) if data is None else data
    if fasttext.is_supervised(data):
        return MODELS[CLASSIFIER].load().with_threads(fasttext.read(path, data), threads)
    return load_model(path, data, CLASSIFIER, _HINT, threads)
