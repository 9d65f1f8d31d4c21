"""Opening an encoder-decoder: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

import numpy as np

from ..catalog import SEQ2SEQ
from ..io.files import map_input
from ..vectors.formats.kind import load_model
from .protocol import Translator

_HINT = "embedkit train seq2seq PAIRS -o M makes an encoder-decoder"


def load(path, threads: int | None = None, data: np.ndarray | None = None) -> Translator:
    """The encoder-decoder in the native file `path` ("-" is stdin), or in its bytes, `data`.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else.
    """
    return load_model(path, map_input(path) if data is None else data, SEQ2SEQ, _HINT, threads)
