"""Opening a masked language model."""

from __future__ import annotations

import numpy as np

from ...catalog import MLM
from ...io.files import map_input
from ...vectors.formats.kind import load_model
from .protocol import MaskedModel

_HINT = "embedkit train mlm TEXT -o M makes a masked language model"


def load(path, threads: int | None = None, data: np.ndarray | None = None) -> MaskedModel:
    """The masked language model in the native file `path` ("-" is stdin), or in its bytes, `data`.

    With `threads` it works in compiled code on that many threads; without, nothing is compiled. FormatError where the
    file is damaged or holds something else.
    """
    return load_model(path, map_input(path) if data is None else data, MLM, _HINT, threads)
