"""Opening a language model: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

import numpy as np

from ..catalog import LM, lm_format
from ..io.files import map_input
from ..vectors.formats import HEAD
from ..vectors.formats.kind import load_model
from .protocol import LanguageModel

_HINT = "embedkit train lstm TEXT -o LM makes a language model"


def load(path, threads: int | None = None, data: np.ndarray | None = None, hint: str = _HINT) -> LanguageModel:
    """The language model in file `path` ("-" is stdin), or in its bytes, `data`: native, or of `catalog.LM_FORMATS`.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else; then `hint` tells how such a model is made.
    """
    data = map_input(path) if data is None else data
    if (format := lm_format(data[:HEAD].tobytes())) is not None:
        return format.read(path, data)
    return load_model(path, data, LM, hint, threads)
