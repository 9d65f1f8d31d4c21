"""Opening a language model: the file says which model it is, the catalog where that lives."""

from __future__ import annotations

import numpy as np

from ..catalog import MODELS, lm_format
from ..errors import FormatError
from ..io.files import map_input
from ..io.metadata import unpack_metadata
from ..vectors.formats import HEAD
from ..vectors.formats.kind import read_kind
from .protocol import LanguageModel

KIND = "language-model"
_HINT = "embedkit train lstm TEXT -o LM makes a language model"


def load(path, threads: int | None = None, data: np.ndarray | None = None, hint: str = _HINT) -> LanguageModel:
    """The language model in file `path` ("-" is stdin), or in its bytes, `data`: native, or of `catalog.LM_FORMATS`.

    With `threads` it works in compiled code, where it has some, on that many threads; without, nothing is compiled.
    FormatError where the file is damaged or holds something else; then `hint` tells how such a model is made.
    """
    data = map_input(path) if data is None else data
    if (format := lm_format(data[:HEAD].tobytes())) is not None:
        return format.read(path, data)
    stored = read_kind(path, data, KIND, hint)
    name = unpack_metadata(stored.metadata).get("model")
    if not isinstance(name, str) or name not in MODELS or MODELS[name].kind != KIND:
        raise FormatError(path, f"a language model of an unknown kind, {name!r}", "a newer embedkit may know it")
    return MODELS[name].load().load(stored, threads)
